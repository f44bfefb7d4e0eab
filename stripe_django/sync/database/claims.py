"""Claims: a process records that it begins to work on rows, and commits that before it does.

So an attempt that ends its process is counted like any other, and no two processes work on the
same rows.
"""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from stripe_django.sync.backoff import ATTEMPTS, LEASE

from . import retries

KILLED = "Each of its attempts ended the process: killed, out of memory, or by SystemExit."


def due(rows: QuerySet) -> QuerySet:
    """Rows whose time has come: those of a process that died while it worked on them, too."""
    return rows.filter(next_attempt_at__lte=timezone.now())


def unclaimed(rows: QuerySet) -> QuerySet:
    """Rows that no process works on, as far as is known."""
    return rows.filter(Q(claimed_at=None) | Q(next_attempt_at__lte=timezone.now()))


def exhausted(rows: QuerySet) -> QuerySet:
    """Rows whose last attempt ended its process, and that have no attempts left."""
    return due(rows).filter(claimed_at__isnull=False, attempts__gte=ATTEMPTS)


def claim(rows: QuerySet, *, count_attempt: bool = True) -> int:
    """Claim rows until ``LEASE`` has passed, and return how many."""
    now = timezone.now()
    counted = {"attempts": F("attempts") + 1} if count_attempt else {}
    return retries.update(rows, claimed_at=now, next_attempt_at=now + LEASE, **counted)


def hand_over(rows: QuerySet) -> int:
    """Leave rows to tasks: they claim them, and nothing else retries them meanwhile."""
    return rows.update(claimed_at=None, next_attempt_at=timezone.now() + LEASE)
