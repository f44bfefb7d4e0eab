"""Days and months of a time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils import timezone

A_DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Periods:
    """Days or months in their order, and the moments between which they lie.

    The moment at each place is the beginning of the period there, one more is the end of the last.
    """

    days: Sequence[date]
    bounds: Sequence[datetime]


def months(start: date, end: date, zone: tzinfo) -> Periods:
    """The months with any of the days from ``start`` on and before ``end``, which have begun."""
    first, found = start.replace(day=1), []
    while first < end and _begin(first, zone) <= timezone.now():
        found.append(first)
        first = following(first)
    return Periods(found, [_begin(each, zone) for each in [*found, first]] if found else [])


def days(start: date, end: date, zone: tzinfo) -> Periods:
    """The days from ``start`` on and before ``end``."""
    found = [start + number * A_DAY for number in range((end - start).days)]
    return Periods(found, [_begin(each, zone) for each in [*found, end]] if found else [])


def following(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def between(earlier: date, later: date) -> int:
    """How many months lie between two months."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def month_of(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date().replace(day=1)


def until_now(bounds: Sequence[datetime]) -> list[datetime]:
    """The same moments, and now in place of those to come."""
    now = timezone.now() + MOMENT
    return [min(each, now) for each in bounds]


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
