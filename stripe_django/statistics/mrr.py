"""Monthly recurring revenue by currency: of the current month, and of past months.

A month that ended before the first sync is computed from today's rows. The value computed at
the end of a month is kept, because later rows know less about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from stripe_django.models import (
    Coupon,
    Discount,
    Home,
    Plan,
    Price,
    RevenueMonth,
    Statistics,
    Subscription,
    SubscriptionItem,
)
from stripe_django.models.querysets.arithmetic import SCALE, Parts
from stripe_django.models.querysets.subscription import SubscriptionQuerySet

from .compiled import ANY_MOMENT, Compiled
from .lease import Turn

OBJECTS = {
    model.stripe.object_name
    for model in (Coupon, Discount, Plan, Price, Subscription, SubscriptionItem)
}
MONTHS = 13  # with the one that runs
EVERY = timedelta(hours=1)
SOON = timedelta(days=3)  # after its end, a month is known as well as it will ever be
MOMENT = timedelta(microseconds=1)


def mark_all(names: Collection[str], using: str) -> None:
    """Mark the months to be computed again, if any of these objects affects them."""
    if not OBJECTS.isdisjoint(names):
        Statistics.objects.using(using).update(months_asked_at=timezone.now())


def steps(turn: Turn) -> Iterator[None]:
    """Compute the months that are due, the newest first, one in each step."""
    taken = dict(_months(turn).values_list("month").annotate(Min("taken_at")).order_by())
    first = _subscriptions(turn).aggregate(first=Min("created"))["first"]
    if first is None and not taken:
        return
    earliest = first_of_month(first or turn.began_at)
    month, revenue = first_of_month(turn.began_at), None
    for _ in range(MONTHS):
        if _is_due(month, taken.get(month), turn):
            revenue = revenue or _Revenue(turn)
            _take(month, turn, revenue)
            yield
        month = first_of_month(start_of(month) - MOMENT)
        if month < earliest:
            return


def first_of_month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def start_of(month: date) -> datetime:
    return datetime.combine(month, time(), UTC)


def end_of(month: date) -> datetime:
    return start_of((month.replace(day=28) + timedelta(days=4)).replace(day=1))


def _is_due(month: date, taken_at: datetime | None, turn: Turn) -> bool:
    end, asked_at = end_of(month), turn.state.months_asked_at
    if taken_at is None or (taken_at < end and taken_at <= turn.began_at - EVERY):
        return True
    if taken_at < end <= turn.began_at:
        return True
    is_asked = asked_at is not None and asked_at >= taken_at
    return is_asked and not _is_kept(month, taken_at, turn)


def _is_kept(month: date, taken_at: datetime, turn: Turn) -> bool:
    """Whether it was computed at the end of the month, from a mirror that existed all month."""
    home = Home.objects.using(turn.using).filter(since__lte=start_of(month))
    return end_of(month) <= taken_at <= end_of(month) + SOON and home.exists()


class _Revenue:
    """The revenue of a moment, by one statement for all moments."""

    def __init__(self, turn: Turn) -> None:
        paid = _subscriptions(turn).with_mrr(ANY_MOMENT).order_by()
        sums = paid.values_list(Coalesce("mrr_currency", Value(""))).annotate(
            Count("pk"), Sum("mrr", output_field=Parts())
        )
        self._sums = Compiled(sums, turn.using)

    def at(self, moment: datetime) -> list[tuple[str, int, Decimal]]:
        """The currencies, each with its number of subscriptions and their revenue."""
        found = self._sums.rows({ANY_MOMENT: moment})
        return [(name, count, Decimal(parts or 0) / SCALE) for name, count, parts in found]


def _take(month: date, turn: Turn, revenue: _Revenue) -> None:
    """Compute a month, and replace its former value."""
    by_currency = revenue.at(min(end_of(month) - MOMENT, turn.began_at))
    found = [
        RevenueMonth(
            month=month, currency=name, subscriptions=count, mrr=mrr, taken_at=turn.began_at
        )
        for name, count, mrr in by_currency or [("", 0, Decimal())]
    ]
    with transaction.atomic(using=turn.using):
        _months(turn).filter(month=month).delete()
        _months(turn).bulk_create(found)


def _months(turn: Turn) -> QuerySet:
    return RevenueMonth.objects.using(turn.using)


def _subscriptions(turn: Turn) -> SubscriptionQuerySet:
    subscriptions: SubscriptionQuerySet = Subscription.objects.all()
    return turn.ours(subscriptions)
