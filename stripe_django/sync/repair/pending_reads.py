"""Refetches of objects whose rows cannot be trusted: one for an object, whatever left it so."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import router
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django import registry
from stripe_django.api import request_limit
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync import claims, home
from stripe_django.sync.backoff import LEASE, format_error, next_attempt
from stripe_django.sync.scope import kept
from stripe_django.sync.writer import acceptance

from . import reread

A_SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=2)  # for the end of a second at Stripe
TURNS = 3  # reads in a row: the first may show what time it is, others follow later events

Reason = PendingRead.Reason

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a refetch."""

    RESOLVED = "resolved"
    ACCEPTED = "accepted"  # Stripe offers no way to read the object: its row stays as it is
    DROPPED = "dropped"  # the row is gone, out of scope, or of a mode that the key cannot read
    FAILED = "failed"
    DEAD = "dead"


def request(model: type[StripeModel], stripe_id: str, second: datetime, *, reason: Reason) -> int:
    """Store that an object has to be read once a second of Stripe's time has ended.

    Belongs into the transaction that left the row ambiguous. Returns the key, for ``refetch``.
    """
    not_before = second.replace(microsecond=0) + A_SECOND
    now = timezone.now()
    fresh = {
        "reason": reason.value,
        "not_before": not_before,
        "next_attempt_at": now + LEASE if settings.tasks else now,
    }
    known = {"object_name": model.OBJECT_NAME, "stripe_id": stripe_id}
    read, is_new = _pending().select_for_update().get_or_create(**known, defaults=fresh)
    if not is_new:
        changes: dict[str, object] = {"not_before": max(read.not_before, not_before)}
        if read.next_attempt_at is None:  # it was dead-lettered; this is a new conflict
            changes |= {"attempts": 0, "error": "", "next_attempt_at": now}
        _pending(read.pk).update(**changes)
    return int(read.pk)


def refetch(read_id: int, among: QuerySet[PendingRead] | None = None) -> Outcome | None:
    """Read one object, unless another process does; an error is noted, and retried later.

    ``among`` are those that may be claimed. Returns ``None`` if nothing was done.
    """
    rows = _pending().exclude(next_attempt_at=None) if among is None else among
    if not claims.claim(claims.unclaimed(rows.filter(pk=read_id))):
        return None
    read = _pending().get(pk=read_id)
    try:
        for _ in range(TURNS):
            _wait_for(read)
            read_at, outcome = _read(read)
            if _is_resolved(read, read_at):
                return outcome
        raise StripeDjangoError("Stripe responded before the ambiguous second had ended.")
    except Exception as error:  # of any kind: what is not noted would be retried unseen
        return _fail(read, error)


def _wait_for(read: PendingRead) -> None:
    """Sleep until it is that time at Stripe, as far as that is known."""
    # By this machine's clock, a second more: the time of a read is known to the second at first.
    now = clock_of(settings.api_base).now() or timezone.now() - A_SECOND
    wait = min(max(read.not_before - now, timedelta()), LONGEST_WAIT).total_seconds()
    time.sleep(max(min(wait, request_limit.remaining() - request_limit.RESPONSE), 0.0))


def _read(read: PendingRead) -> tuple[datetime | None, Outcome]:
    """Read the object; return when its row was true, ``None`` if a read can say nothing of it."""
    using = router.db_for_write(PendingRead)
    model = registry.by_object_name()[read.object_name]
    row = model.objects.using(using).filter(stripe_id=read.stripe_id).first()
    if row is None or model not in kept() or row.livemode not in (None, home.livemode(using)):
        return None, Outcome.DROPPED
    fresh = reread.reread(row)
    if fresh is None:
        acceptance.accept(row)
        logger.warning("%s cannot be read from Stripe: its row stays as it is.", read)
        return None, Outcome.ACCEPTED
    known: list[datetime] = [moment for moment in (fresh.as_of, fresh.deleted_at) if moment]
    return max(known), Outcome.RESOLVED


def _is_resolved(read: PendingRead, read_at: datetime | None) -> bool:
    """Forget the refetch, unless it came too early for an event, be it a later one."""
    mine = _pending(read.pk)
    if (mine.filter(not_before__lte=read_at) if read_at else mine).delete()[0]:
        return True
    read.refresh_from_db(fields=["not_before"])
    return False


def _fail(read: PendingRead, error: Exception) -> Outcome:
    again = next_attempt(read.attempts)
    changes = {"next_attempt_at": again, "claimed_at": None, "error": format_error(error)}
    _pending(read.pk).update(**changes)
    return Outcome.FAILED if again else Outcome.DEAD


def _pending(pk: int | None = None) -> QuerySet[PendingRead]:
    rows = PendingRead.objects.using(router.db_for_write(PendingRead))
    return rows if pk is None else rows.filter(pk=pk)
