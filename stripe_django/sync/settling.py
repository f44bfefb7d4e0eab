"""Reads that settle what events leave in doubt: one for an object, however many events it had."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import stripe
from django.db import DatabaseError, router, transaction
from django.db.models import F
from django.utils import timezone

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import PendingRead
from stripe_django.models.base import StripeModel

from . import reading
from .retrying import ATTEMPTS, LEASE, next_attempt

A_SECOND = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=2)  # for which a caller may be kept
FAILURES = (DatabaseError, StripeDjangoError, stripe.StripeError, LookupError)

Reason = PendingRead.Reason


def request(model: type[StripeModel], stripe_id: str, second: datetime, *, reason: Reason) -> int:
    """Ask for a read of an object after a second of Stripe's time has ended; answers its key.

    Belongs into the transaction that left the row in doubt.
    """
    reads = PendingRead.objects.using(_using())
    known = {"object_name": model.OBJECT_NAME, "stripe_id": stripe_id}
    not_before = second.replace(microsecond=0) + A_SECOND
    fresh = {"reason": reason.value, "not_before": not_before, "next_attempt_at": timezone.now()}
    read, is_new = reads.select_for_update().get_or_create(**known, defaults=fresh)
    if not is_new:
        latest = max(read.not_before, not_before)
        reads.filter(pk=read.pk).update(version=F("version") + 1, not_before=latest)
    return int(read.pk)


def settle(read_id: int) -> None:
    """Read one object, unless somebody else does so at this moment.

    What fails is noted and tried again.
    """
    read = _claimed(read_id)
    if read is None:
        return
    try:
        _wait_for(read.not_before)
        _read(read)
    except FAILURES as error:
        _fail(read, error)
    else:
        _finish(read)


def _claimed(read_id: int) -> PendingRead | None:
    """The read, if it is due; nobody else gets it for a while."""
    using = _using()
    with transaction.atomic(using=using):
        reads = PendingRead.objects.using(using).select_for_update()
        now = timezone.now()
        read = reads.filter(pk=read_id, next_attempt_at__lte=now).first()
        if read is not None:
            read.attempts += 1
            read.next_attempt_at = now + LEASE
            read.save(update_fields=["attempts", "next_attempt_at"])
        return read


def _wait_for(moment: datetime) -> None:
    """Sleep until it is that time at Stripe, as far as that is known."""
    now = clock_of(settings.api_base).now() or timezone.now()
    time.sleep(min(max(moment - now, timedelta()), LONGEST_WAIT).total_seconds())


def _read(read: PendingRead) -> None:
    model = registry.by_object_name()[read.object_name]
    row = model.objects.using(_using()).get(stripe_id=read.stripe_id)
    fresh = reading.refresh(row)
    if not any(moment and moment >= read.not_before for moment in (fresh.as_of, fresh.deleted_at)):
        raise StripeDjangoError("Stripe answered before the second in doubt had ended.")


def _finish(read: PendingRead) -> None:
    """Forget the read, unless more events have asked for one meanwhile."""
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    if not reads.filter(version=read.version).delete()[0]:
        reads.update(next_attempt_at=timezone.now(), attempts=0)


def _fail(read: PendingRead, error: Exception) -> None:
    again = next_attempt(min(read.attempts, ATTEMPTS - 1))
    reads = PendingRead.objects.using(_using()).filter(pk=read.pk)
    reads.update(next_attempt_at=again, error=f"{type(error).__name__}: {error}")


def due(limit: int) -> list[int]:
    """The keys of the reads whose time has come, the oldest first."""
    reads = PendingRead.objects.using(_using()).filter(next_attempt_at__lte=timezone.now())
    return list(reads.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def _using() -> str:
    return router.db_for_write(PendingRead)
