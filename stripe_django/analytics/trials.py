"""Trials, and the subscriptions that they became."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from stripe_django.models import SubscriptionVersion

from .periods import month_of, months
from .results import TrialMonth


def conversion(start: date, end: date, zone: tzinfo, using: str | None) -> list[TrialMonth]:
    periods, now = months(start, end, zone), timezone.now()
    if not periods.days:
        return []
    counts = {month: [0, 0, 0] for month in periods.days}
    for began, ends, ended, paid_at in _trials(periods.bounds[0], periods.bounds[-1], now, using):
        runs = ends is not None and ends > now and (ended is None or ended > now)
        counts[month_of(began, zone)][0 if paid_at is not None else 1 if runs else 2] += 1
    return [
        TrialMonth(
            month=month,
            started=converted + running + lost,
            converted=converted,
            running=running,
            lost=lost,
        )
        for month, (converted, running, lost) in counts.items()
    ]


def _trials(start: datetime, end: datetime, now: datetime, using: str | None) -> QuerySet:
    """When each trial began, when it ends, or its subscription did, and when it was paid for."""
    trials = SubscriptionVersion.objects.using(using).filter(
        trial_start__isnull=False, starts_at__lte=now
    )
    by_subscription = trials.values("stripe_id").annotate(
        began=Min("trial_start"),
        ended=Max("ended_at"),
        paid_at=Min("starts_at", filter=Q(mrr_parts__gt=0)),
        ends=Max("trial_end"),
    )
    found: QuerySet = by_subscription.filter(began__gte=start, began__lt=end).order_by()
    return found.values_list("began", "ends", "ended", "paid_at")
