"""Reads that settle what events leave ambiguous: one for an object, however many events it had."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync.backoff import ATTEMPTS, LEASE, next_attempt, told
from stripe_django.sync.fetch import refresh
from stripe_django.sync.row_locks import locked
from stripe_django.sync.scope import kept

A_SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=2)  # for which a caller may be kept
TURNS = 3  # reads in a row: the first may show what time it is, others follow events of meanwhile

Reason = PendingRead.Reason


def request(model: type[StripeModel], stripe_id: str, second: datetime, *, reason: Reason) -> int:
    """Ask for a read of an object after a second of Stripe's time has ended; answers its key.

    Belongs into the transaction that left the ambiguous row; ``settle`` has to follow.
    """
    reads = PendingRead.objects.using(_using())
    known = {"object_name": model.OBJECT_NAME, "stripe_id": stripe_id}
    not_before = second.replace(microsecond=0) + A_SECOND
    later = timezone.now() + LEASE
    fresh = {"reason": reason.value, "not_before": not_before, "next_attempt_at": later}
    read, is_new = reads.select_for_update().get_or_create(**known, defaults=fresh)
    if not is_new:
        latest = max(read.not_before, not_before)
        reads.filter(pk=read.pk).update(not_before=latest)
    return int(read.pk)


def settle(read_id: int) -> None:
    """Read one object, unless somebody else does so at this moment.

    What fails is noted and tried again.
    """
    read = _claimed(read_id)
    if read is None:
        return
    try:
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


def _wait_for(read: PendingRead) -> None:
    """Sleep until it is that time at Stripe, as far as that is known."""
    # By this machine's clock, a second more: the time of a read is known to the second at first.
    now = clock_of(settings.api_base).now() or timezone.now() - A_SECOND
    time.sleep(min(max(read.not_before - now, timedelta()), LONGEST_WAIT).total_seconds())


def _read(read: PendingRead) -> datetime | None:
    """Read the object; answers when its row was true, ``None`` if there is none to be read."""
    model = registry.by_object_name()[read.object_name]
    row = model.objects.using(_using()).filter(stripe_id=read.stripe_id).first()
    if row is None or model not in kept():
        return None
    fresh = refresh(row)
    known: list[datetime] = [moment for moment in (fresh.as_of, fresh.deleted_at) if moment]
    return max(known)


def _is_done(read: PendingRead, read_at: datetime | None) -> bool:
    """Forget the read, unless it came too early for an event, be it one of meanwhile."""
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    settled = reads.filter(not_before__lte=read_at) if read_at else reads
    if settled.delete()[0]:
        return True
    read.refresh_from_db(fields=["not_before"])
    return False


def _fail(read: PendingRead, error: Exception) -> None:
    again = next_attempt(min(read.attempts, ATTEMPTS - 1))
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    reads.update(next_attempt_at=again, error=told(error))


def due(limit: int) -> list[int]:
    """The keys of the reads whose time has come, the oldest first."""
    reads = PendingRead.objects.using(_using()).filter(next_attempt_at__lte=timezone.now())
    return list(reads.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def _using() -> str:
    return router.db_for_write(PendingRead)
