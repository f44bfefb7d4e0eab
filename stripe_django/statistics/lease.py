"""The lease of the process that updates the statistics."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import router
from django.db.models import Q, QuerySet
from django.utils import timezone

from stripe_django.models import Home, Statistics

Rows = TypeVar("Rows", bound=QuerySet)

LEASE = timedelta(minutes=10)  # after which the process counts as dead


@dataclass(slots=True)
class Turn:
    """The lease of one process; ``state`` has its progress, from which the next one continues."""

    using: str
    state: Statistics
    began_at: datetime
    end: float = math.inf

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.end

    def save(self, *names: str) -> None:
        """Save these columns of the state, and extend the lease."""
        self.state.claimed_until = timezone.now() + LEASE
        self.state.save(using=self.using, update_fields=["claimed_until", *names])

    def ours(self, rows: Rows) -> Rows:
        """The rows of your own account in its mode: sums over several mean nothing."""
        home = Home.objects.using(self.using).filter(pk=Home.SINGLETON).first()
        rows = rows.using(self.using).filter(stripe_account="")
        return rows.exclude(livemode=not home.livemode) if home else rows


def using() -> str:
    return router.db_for_write(Statistics)


@contextmanager
def taken(seconds: float, every: timedelta) -> Iterator[Turn | None]:
    """The lease; ``None`` while another process has it, or had it less than ``every`` ago."""
    now, alias = timezone.now(), using()
    states = Statistics.objects.using(alias)
    states.get_or_create(pk=Statistics.SINGLETON)
    free = states.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now),
        Q(refreshed_at=None) | Q(refreshed_at__lte=now - every),
    )
    if not free.update(claimed_until=now + LEASE):
        yield None
        return
    state = states.get(pk=Statistics.SINGLETON)
    try:
        yield Turn(alias, state, now, time.monotonic() + seconds)
    finally:
        states.update(claimed_until=None)
