"""Whether a read resolves a pending refetch, or one more read has to confirm it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import router
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models import PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync import refetch_queue
from stripe_django.sync.mapping.rows import UNKNOWN_TIME, content_of
from stripe_django.sync.writer.precedence import State
from stripe_django.sync.writer.report import Report

A_SECOND = timedelta(seconds=1)
CONFIRM_AFTER = timedelta(seconds=10)

Reason = PendingRead.Reason
Before = StripeModel | State  # of both, the digest and the deletion are of interest


def resolve(read: PendingRead, row: StripeModel | None, before: Before | None = None) -> bool:
    """Forget the refetch, unless the row was read too early for an event, be it a later one.

    ``before`` is the row as it was before the read was written, if that is known.
    """
    mine = pending(read.pk)
    resolved = mine.filter(not_before__lte=read_at(row)) if row else mine
    if row and _needs_confirmation(read, row, before):
        is_done = _confirm_later(resolved, row)
    else:
        is_done = bool(resolved.delete()[0])
    if is_done and row and read.reason == Reason.TIMELESS:
        refetch_queue.refute(read, row)
    return is_done


def resolve_pending(row: StripeModel, before: Before) -> None:
    """Forget the pending refetch of an object that was read anyway, or have it confirmed."""
    names = {"object_name": row.stripe.object_name, "stripe_id": row.stripe_id}
    for read in pending().filter(**names):
        resolve(read, row, before)


def when_written(row: StripeModel, report: Report) -> Before:
    """The row as it was when a read was written: it may have changed since the request."""
    return report.before.get((type(row), row.stripe_id), row)


def is_same(one: Before | None, other: Before | None) -> bool:
    """Whether nobody has changed the row in between."""
    if one is None or other is None:
        return one is other
    return (one.digest, one.deleted_at) == (other.digest, other.deleted_at)


def read_at(row: StripeModel) -> datetime:
    """The earliest time at which the row's newest content or deletion may have been read."""
    start = row.as_of_from or (row.as_of and row.as_of.replace(microsecond=0))
    return max(moment for moment in (start, row.deleted_at, UNKNOWN_TIME) if moment)


def pending(pk: int | None = None) -> QuerySet[PendingRead]:
    rows = PendingRead.objects.using(router.db_for_write(PendingRead))
    return rows if pk is None else rows.filter(pk=pk)


def _needs_confirmation(read: PendingRead, row: StripeModel, before: Before | None) -> bool:
    """Whether a read showed none of the snapshots that it was to decide between.

    It may come from a replica of Stripe's that lags behind. The row's own content is one of the
    snapshots, and so is a deletion that was known before.
    """
    if not read.digests:
        return False
    if not row.is_alive:
        return before is not None and before.deleted_at is None
    known = [*read.digests.split(), *([before.digest] if before else [])]
    return content_of(row.digest) not in map(content_of, known)


def _confirm_later(reads: QuerySet[PendingRead], row: StripeModel) -> bool:
    """Have the object read once more; false if this read came too early."""
    return bool(
        reads.update(
            reason=Reason.CONFIRM,
            digests="",
            not_before=read_at(row) + A_SECOND,
            next_attempt_at=timezone.now() + CONFIRM_AFTER,
            claimed_at=None,
            attempts=1,
            error="",
        )
    )
