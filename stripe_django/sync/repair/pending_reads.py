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
from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.sync import claims, home, refetch_queue
from stripe_django.sync.backoff import format_error, next_attempt
from stripe_django.sync.mapping.rows import UNKNOWN_TIME, content_of
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer import acceptance
from stripe_django.sync.writer.report import Conflict

from . import reread

A_SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=2)  # for the end of a second at Stripe
CONFIRM_AFTER = timedelta(seconds=10)
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
    conflict = Conflict(model, stripe_id, second)
    [key] = refetch_queue.queue([conflict], reason=reason, leased=True)
    return key


def refetch(read_id: int, among: QuerySet[PendingRead] | None = None) -> Outcome | None:
    """Read one object, unless another process does; an error is noted, and retried later.

    ``among`` are those that may be claimed. Returns ``None`` if nothing was done.
    """
    rows = _pending().exclude(next_attempt_at=None) if among is None else among
    if request_limit.is_active():  # another request may have tried it a moment ago
        rows = claims.due(rows)
    if not claims.claim(claims.unclaimed(rows.filter(pk=read_id))):
        return None
    read = _pending().get(pk=read_id)
    try:
        if _was_read_meanwhile(read):
            return Outcome.RESOLVED
        for turn in range(TURNS):
            has_waited = _wait_for(read)
            if turn and not has_waited:
                break
            row, outcome = _read(read)
            read = _pending(read_id).first() or read  # with what conflicted meanwhile
            if resolve(read, row):
                if row is not None and not _pending(read.pk).exists():
                    _accept(row, read.not_before)
                return outcome
        raise StripeDjangoError("Stripe responded before the ambiguous second had ended.")
    except Exception as error:  # of any kind: what is not noted would be retried unseen
        return _fail(read, error)


def _accept(row: StripeModel, since: datetime) -> None:
    """Accept a row, and the members of its lists: the read began after all that conflicted."""
    if row.ambiguous:
        acceptance.accept(row)
    for member in acceptance.ambiguous_members(row):
        if member.as_of_kind == AsOfKind.READ and _read_at(member) >= since:
            acceptance.accept(member)


def _wait_for(read: PendingRead) -> bool:
    """Sleep until it is that time at Stripe, as far as that is known.

    Returns whether there was time for that.
    """
    # By this machine's clock, a second more: the time of a read is known to the second at first.
    now = clock_of(settings.api_base).now() or timezone.now() - A_SECOND
    wait = min(max(read.not_before - now, timedelta()), LONGEST_WAIT).total_seconds()
    possible = max(min(wait, request_limit.remaining() - request_limit.RESPONSE), 0.0)
    time.sleep(possible)
    return possible == wait


def _was_read_meanwhile(read: PendingRead) -> bool:
    """Whether another read has resolved the conflict, which then needs none of its own."""
    row = _row_of(read)
    if read.reason != Reason.CONFLICT or row is None or row.ambiguous:
        return False
    return row.as_of_kind == AsOfKind.READ and resolve(read, row)


def _read(read: PendingRead) -> tuple[StripeModel | None, Outcome]:
    """Read the object; return its row, ``None`` if a read can say nothing of it."""
    row = _row_of(read)
    if row is None:
        return None, Outcome.DROPPED
    try:
        fresh = reread.reread(row)
    except type(row).DoesNotExist:
        if row.stripe_account is None:
            return None, Outcome.DROPPED  # no key is known to be for it; its own events resolve it
        raise
    if fresh is None:
        acceptance.accept(row)
        logger.warning("%s cannot be read from Stripe: its row stays as it is.", read)
        return None, Outcome.ACCEPTED
    return fresh, Outcome.RESOLVED


def _row_of(read: PendingRead) -> StripeModel | None:
    """The row in this database, if its model is in scope and the key can read it."""
    using = router.db_for_write(PendingRead)
    model = registry.by_object_name()[read.object_name]
    if model not in models_in_scope():
        return None
    found: StripeModel | None = model.objects.using(using).filter(stripe_id=read.stripe_id).first()
    return found if found and home.may_read(found, using) else None


def resolve(read: PendingRead, row: StripeModel | None) -> bool:
    """Forget the refetch, unless the row was read too early for an event, be it a later one."""
    mine = _pending(read.pk)
    resolved = mine.filter(not_before__lte=_read_at(row)) if row else mine
    if row and _needs_confirmation(read, row):
        is_done = _confirm_later(resolved, row)
    else:
        is_done = bool(resolved.delete()[0])
    if is_done and row and read.reason == Reason.TIMELESS:
        refetch_queue.refute(read, row)
    return is_done


def _read_at(row: StripeModel) -> datetime:
    """The earliest time at which the row's newest content or deletion may have been read."""
    start = row.as_of_from or (row.as_of and row.as_of.replace(microsecond=0))
    return max(moment for moment in (start, row.deleted_at, UNKNOWN_TIME) if moment)


def _needs_confirmation(read: PendingRead, row: StripeModel) -> bool:
    """Whether a read that was to resolve a conflict showed none of its snapshots.

    It may come from a replica of Stripe's that lags behind.
    """
    if read.reason != Reason.CONFLICT or not read.digests or not row.is_alive:
        return False
    return content_of(row.digest) not in map(content_of, read.digests.split())


def _confirm_later(reads: QuerySet[PendingRead], row: StripeModel) -> bool:
    """Have the object read once more; false if this read came too early."""
    return bool(
        reads.update(
            reason=Reason.CONFIRM,
            digests="",
            not_before=_read_at(row) + A_SECOND,
            next_attempt_at=timezone.now() + CONFIRM_AFTER,
            claimed_at=None,
            attempts=1,
            error="",
        )
    )


def _fail(read: PendingRead, error: Exception) -> Outcome:
    again = next_attempt(read.attempts)
    changes = {"next_attempt_at": again, "claimed_at": None, "error": format_error(error)}
    _pending(read.pk).update(**changes)
    return Outcome.FAILED if again else Outcome.DEAD


def _pending(pk: int | None = None) -> QuerySet[PendingRead]:
    rows = PendingRead.objects.using(router.db_for_write(PendingRead))
    return rows if pk is None else rows.filter(pk=pk)
