"""What was taken and given back each day, by currency.

A few days are counted at a time, through the index on ``created``: those that events were about,
the newest, and once a day all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice, starmap

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from stripe_django.models import Charge, Refund, Statistics, VolumeDay
from stripe_django.models.querysets.taken import taken, with_given_back

from .lease import Turn

RECENT = timedelta(days=3)
RECENT_EVERY = timedelta(minutes=10)
ALL_EVERY = timedelta(days=1)
SPAN = timedelta(days=7)  # counted at a time
ROWS = 50_000  # after which no further day is counted in the same step
IDS = 500  # asked for at a time
A_DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
OBJECTS = (Charge.stripe.object_name, Refund.stripe.object_name)

DAY = TruncDate("created", tzinfo=UTC)
CURRENCY = Coalesce("currency", Value(""))
NOT_GIVEN_BACK = ("failed", "canceled")


def mark_all(names: Collection[str], using: str) -> None:
    """Have all days counted again, if any of these objects has to do with them."""
    if not set(OBJECTS).isdisjoint(names):
        Statistics.objects.using(using).update(days_asked_at=timezone.now())


def steps(turn: Turn) -> Iterator[None]:
    """Count the days that are due, some in each step."""
    yield from _count_due(turn)
    state = turn.state
    if _is_due(state.recent_days_at, RECENT_EVERY, turn):
        today = turn.began_at.astimezone(UTC).date()
        _count(today - RECENT + A_DAY, today + A_DAY, turn)
        state.recent_days_at = turn.began_at
        turn.save("recent_days_at")
        yield
    if state.days_to is None and _is_due(state.days_began_at, ALL_EVERY, turn):
        state.days_began_at, state.days_to = timezone.now(), EPOCH
    if state.days_to is not None:
        yield from _count_on(state.days_to, turn)


def _is_due(last: datetime | None, every: timedelta, turn: Turn) -> bool:
    asked = turn.state.days_asked_at
    return last is None or last <= turn.began_at - every or bool(asked and asked >= last)


def _count_on(start: date, turn: Turn) -> Iterator[None]:
    """Count every day from ``start``, which is how far the last turn has come."""
    while (first := _first_day(start, turn)) is not None:
        end = _end_of_step(first, first + SPAN, turn)
        _count(start, end, turn)
        start = turn.state.days_to = end
        turn.save("days_began_at", "days_to")
        yield
    _days(turn).filter(day__gte=start).delete()
    turn.state.days_to = None
    turn.save("days_began_at", "days_to")


def _first_day(start: date, turn: Turn) -> date | None:
    """The first day on or after ``start`` on which there was anything."""
    since = _midnight(start)
    found = [
        rows.filter(created__gte=since).aggregate(first=Min("created"))["first"]
        for rows in (_charges(turn), _refunds(turn))
    ]
    return min((first.astimezone(UTC).date() for first in found if first), default=None)


def _end_of_step(start: date, end: date, turn: Turn) -> date:
    """The end of the days that are counted together: one at least, and then no further rows."""
    since = _midnight(start)
    for rows in (_charges(turn), _refunds(turn)):
        some = rows.filter(created__gte=since, created__lt=_midnight(end)).order_by("created")
        if (last := some.values_list("created", flat=True)[ROWS : ROWS + 1].first()) is not None:
            end = max(start + A_DAY, last.astimezone(UTC).date())
    return end


def note_days_of(events: QuerySet, turn: Turn) -> None:
    """Add the days of the charges and refunds that these events were about to ``days_due``."""
    # The ids themselves: for a subquery, a planner may go through all charges for each event.
    charges, refunds = (
        set(events.filter(object_name=name).values_list("object_id", flat=True)) for name in OBJECTS
    )
    touched = (
        (_charges(turn), "stripe_id", charges),
        (_refunds(turn), "stripe_id", refunds),
        (_refunds(turn), "charge", charges),
    )
    days = chain.from_iterable(starmap(_days_of, touched))
    turn.state.days_due = sorted({*turn.state.days_due, *(day.isoformat() for day in days)})


def _count_due(turn: Turn) -> Iterator[None]:
    """Count the noted days, those together that are near each other."""
    while due := [*map(date.fromisoformat, turn.state.days_due)]:
        last = max(day for day in due if day < due[0] + SPAN)
        end = _end_of_step(due[0], last + A_DAY, turn)
        _count(due[0], end, turn)
        turn.state.days_due = [day.isoformat() for day in due if day >= end]
        turn.save("days_due")
        yield


def _days_of(rows: QuerySet, key: str, ids: Collection[str]) -> Iterator[date]:
    """The days of the rows that have one of these ids there."""
    left = iter(sorted(ids))
    while some := list(islice(left, IDS)):
        yield from rows.filter(**{f"{key}__in": some}).values_list(DAY, flat=True).distinct()


def _count(start: date, end: date, turn: Turn) -> None:
    """Count some days, and replace their former values."""
    counted = count(start, end, turn)
    with transaction.atomic(using=turn.using):
        _days(turn).filter(day__gte=start, day__lt=end).delete()
        _days(turn).bulk_create(counted)


def count(start: date, end: date, turn: Turn) -> list[VolumeDay]:
    """What was taken and given back on these days, from the rows; nothing is saved."""
    days: dict[tuple[date, str], VolumeDay] = {}
    for rows, amount, number, total in (
        (_charges(turn), taken(), "charges", "gross"),
        (_given_back(turn), F("given_back"), "refunds", "refunded"),
    ):
        some = rows.filter(created__gte=_midnight(start), created__lt=_midnight(end))
        sums = some.values_list(DAY, CURRENCY).annotate(number=Count("pk"), total=Sum(amount))
        for day, currency, count, money in sums.order_by():
            each = days.setdefault((day, currency), VolumeDay(day=day, currency=currency))
            setattr(each, number, count)
            setattr(each, total, int(money or 0))
    return [*days.values()]


def _charges(turn: Turn) -> QuerySet:
    rows: QuerySet = turn.ours(Charge.objects.succeeded()).filter(created__isnull=False)
    return rows


def _refunds(turn: Turn) -> QuerySet:
    rows: QuerySet = turn.ours(Refund.objects.alive()).filter(created__isnull=False)
    return rows.exclude(status__in=NOT_GIVEN_BACK)


def _given_back(turn: Turn) -> QuerySet:
    """The refunds without those that only release what was reserved."""
    refunds = _refunds(turn)
    return with_given_back(refunds, refunds).exclude(given_back=0, amount__gt=0)


def _days(turn: Turn) -> QuerySet:
    return VolumeDay.objects.using(turn.using)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
