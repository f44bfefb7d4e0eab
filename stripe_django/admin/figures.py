"""What the home page shows beside its charts: read from the statistics and the inbox's newest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Sum

from stripe_django import registry
from stripe_django.models import EventHour, EventPoll, InboxEvent, ObjectStatistics, PendingRead
from stripe_django.models.base import StripeModel

NEWEST = 200  # events by which the lag is told


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How the webhooks are doing; ``lag`` is the usual time from a delivery until it is done."""

    newest_at: datetime | None
    lag: timedelta | None
    received: int
    failed: int
    dead: int
    reads: int
    polled_until: datetime | None


def webhooks() -> Webhooks:
    times = ("received_at", "sent_at", "finished_at")
    newest = list(InboxEvent.objects.order_by("-pk").values_list(*times)[:NEWEST])
    lags = [max(done - sent, timedelta()) for _, sent, done in newest if done]
    # Through the index of what is tried again; what was given up is not in it.
    waiting = InboxEvent.objects.filter(next_attempt_at__isnull=False).order_by()
    counts = dict(waiting.values_list("status").annotate(Count("pk")))
    dead = EventHour.objects.filter(dead__gt=0).aggregate(dead=Sum("dead"))["dead"]
    polls = EventPoll.objects.filter(stripe_account="").values_list("read_until", flat=True)
    return Webhooks(
        newest_at=newest[0][0] if newest else None,
        lag=median(lags) if lags else None,
        received=counts.get(InboxEvent.Status.RECEIVED, 0),
        failed=counts.get(InboxEvent.Status.FAILED, 0),
        dead=int(dead or 0),
        reads=PendingRead.objects.count(),
        polled_until=polls.first(),
    )


def objects() -> Iterator[tuple[type[StripeModel], ObjectStatistics]]:
    """The kinds of objects that have rows, the most first."""
    models = registry.by_object_name()
    for each in ObjectStatistics.objects.filter(rows__gt=0).order_by("-rows", "object_name"):
        if each.object_name in models:
            yield models[each.object_name], each
