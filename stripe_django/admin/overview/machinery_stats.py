"""The numbers of the overview, from the statistics and the newest events of the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Sum, Value

from stripe_django import registry
from stripe_django.admin.verifications import line
from stripe_django.models import (
    EventHour,
    InboxEvent,
    MirroredAccount,
    ObjectStatistics,
    PendingRead,
    Verification,
)
from stripe_django.models.base import StripeModel

NEWEST = 200  # events for the median lag
READS = "reads"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The state of the inbox; ``lag`` is the median time from a delivery until it is applied."""

    newest_at: datetime | None
    lag: timedelta | None
    received: int
    failed: int
    dead: int
    reads: int
    polled_until: datetime | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a comparison as text, and how many differences remain."""

    text: str
    remaining: int


def webhooks() -> Webhooks:
    times = ("received_at", "sent_at", "finished_at")
    newest = list(InboxEvent.objects.order_by("-pk").values_list(*times)[:NEWEST])
    lags = [max(done - sent, timedelta()) for _, sent, done in newest if done]
    counts = waiting()
    polls = MirroredAccount.objects.filter(stripe_account="").values_list("read_until", flat=True)
    return Webhooks(
        newest_at=newest[0][0] if newest else None,
        lag=median(lags) if lags else None,
        received=counts.get(InboxEvent.Status.RECEIVED, 0),
        failed=counts.get(InboxEvent.Status.FAILED, 0),
        dead=counts.get(InboxEvent.Status.DEAD, 0),
        reads=counts.get(READS, 0),
        polled_until=polls.first(),
    )


def waiting() -> dict[str, int]:
    """The numbers of unfinished events by status, and of pending refetches; one query."""
    # Through the index of next attempts, which dead-lettered events are not in.
    again = InboxEvent.objects.filter(next_attempt_at__isnull=False).order_by()
    dead = EventHour.objects.filter(dead__gt=0).values_list(Value(InboxEvent.Status.DEAD.value))
    reads = PendingRead.objects.order_by().values_list(Value(READS))
    counts = again.values_list("status").annotate(number=Count("pk"))
    both = (dead.annotate(number=Sum("dead")), reads.annotate(number=Count("pk")))
    return {name: int(number or 0) for name, number in counts.union(*both, all=True)}


def verified() -> dict[str, Verified]:
    """The newest comparison of each object of your own account with Stripe; one query."""
    newest = Verification.objects.latest_by_object().filter(stripe_account="")
    return {row.object_name: Verified(line(row), row.remaining) for row in newest}


def objects() -> Iterator[tuple[type[StripeModel], ObjectStatistics]]:
    """The objects that have rows, the most rows first."""
    models = registry.by_object_name()
    for each in ObjectStatistics.objects.filter(rows__gt=0).order_by("-rows", "object_name"):
        if each.object_name in models:
            yield models[each.object_name], each
