"""Reads that settle what events leave ambiguous: one for an object, however many events it had."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import PendingRead
from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.sync import home, refetch_queue
from stripe_django.sync.backoff import ATTEMPTS, LEASE, next_attempt, told
from stripe_django.sync.fetch import refresh
from stripe_django.sync.mapping.rows import UNKNOWN_TIME, content_of
from stripe_django.sync.row_locks import locked
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer.report import Conflict

A_SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=2)  # for which a caller may be kept
CONFIRM_AFTER = timedelta(seconds=10)
TURNS = 3  # reads in a row: the first may show what time it is, others follow events of meanwhile

Reason = PendingRead.Reason


def request(model: type[StripeModel], stripe_id: str, second: datetime, *, reason: Reason) -> int:
    """Ask for a read of an object after a second of Stripe's time has ended; answers its key.

    Belongs into the transaction that left the ambiguous row; ``settle`` has to follow.
    """
    conflict = Conflict(model, stripe_id, second)
    [key] = refetch_queue.queue([conflict], reason=reason, leased=True, using=_using())
    return key


def settle(read_id: int) -> None:
    """Read one object, unless somebody else does so at this moment.

    What fails is noted and tried again.
    """
    read = _claimed(read_id)
    if read is None:
        return
    try:
        if _was_read_meanwhile(read):
            return
        for _ in range(TURNS):
            _wait_for(read)
            if _is_done(read, _read(read)):
                return
        raise StripeDjangoError("Stripe answered before the ambiguous second had ended.")
    except Exception as error:  # of any kind: what is not noted would be tried for ever, unseen
        _fail(read, error)


def _claimed(read_id: int) -> PendingRead | None:
    """The read, if nobody has tried it or it is due; nobody else gets it for a while."""
    using = _using()
    now = timezone.now()
    with transaction.atomic(using=using):
        reads = PendingRead.objects.using(using).filter(pk=read_id)
        read = locked(reads.filter(Q(attempts=0) | Q(next_attempt_at__lte=now)))
        if read is not None:
            read.attempts += 1
            read.next_attempt_at = now + LEASE
            read.save(update_fields=["attempts", "next_attempt_at"])
        return read


def _was_read_meanwhile(read: PendingRead) -> bool:
    """Whether another read has resolved the conflict, which then needs none of its own."""
    row = _row_of(read)
    if read.reason != Reason.CONFLICT or row is None or row.ambiguous:
        return False
    return row.as_of_kind == AsOfKind.READ and _is_done(read, row)


def _wait_for(read: PendingRead) -> None:
    """Sleep until it is that time at Stripe, as far as that is known."""
    # By this machine's clock, a second more: the time of a read is known to the second at first.
    now = clock_of(settings.api_base).now() or timezone.now() - A_SECOND
    time.sleep(min(max(read.not_before - now, timedelta()), LONGEST_WAIT).total_seconds())


def _read(read: PendingRead) -> StripeModel | None:
    """Read the object; answers its row, ``None`` if there is none to be read."""
    row = _row_of(read)
    if row is None:
        return None
    try:
        return refresh(row)
    except type(row).DoesNotExist:
        if row.stripe_account is None:
            return None  # no key is known to be for it; events of its own account resolve it
        raise


def _row_of(read: PendingRead) -> StripeModel | None:
    """The row in this database, if its model is in scope."""
    model = registry.by_object_name()[read.object_name]
    if model not in models_in_scope():
        return None
    found: StripeModel | None = (
        model.objects.using(_using()).filter(stripe_id=read.stripe_id).first()
    )
    return found if found and home.may_read(found, _using()) else None


def resolve(read: PendingRead, row: StripeModel) -> bool:
    """Forget a read that the row, which was read otherwise, makes needless; false if it stays."""
    return _is_done(read, row)


def _is_done(read: PendingRead, row: StripeModel | None) -> bool:
    """Forget the read, unless it came too early for an event, be it one of meanwhile."""
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    if stored := reads.values_list("digests", "reason").first():
        read.digests, read.reason = stored  # events of meanwhile may have added to them
    resolved = reads.filter(not_before__lte=_read_at(row)) if row else reads
    if row and _needs_confirmation(read, row):
        is_done = _confirm_later(resolved, read, row)
    else:
        is_done = bool(resolved.delete()[0])
    if is_done and row and read.reason == Reason.TIMELESS:
        refetch_queue.refute(read, row)
    if not is_done:
        read.refresh_from_db(fields=["not_before"])
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


def _confirm_later(reads: QuerySet[PendingRead], read: PendingRead, row: StripeModel) -> bool:
    """Have the object read once more; false if this read came too early."""
    return bool(
        reads.update(
            reason=Reason.CONFIRM,
            digests="",
            not_before=_read_at(row) + A_SECOND,
            next_attempt_at=timezone.now() + CONFIRM_AFTER,
            attempts=1,
            error="",
        )
    )


def _fail(read: PendingRead, error: Exception) -> None:
    again = next_attempt(min(read.attempts, ATTEMPTS - 1))
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    reads.update(next_attempt_at=again, error=told(error))


def due(limit: int | None) -> list[int]:
    """The keys of the reads whose time has come, the oldest first."""
    reads = PendingRead.objects.using(_using()).filter(next_attempt_at__lte=timezone.now())
    return list(reads.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def _using() -> str:
    return router.db_for_write(PendingRead)
