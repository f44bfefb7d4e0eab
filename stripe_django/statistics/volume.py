"""What was taken and given back by day or month, from the days that are counted already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils import timezone

from stripe_django.models import Statistics, VolumeDay

from . import payment_volume
from .lease import Turn
from .lease import using as default_database

Every = Literal["day", "month"]


@dataclass(slots=True)
class Volume:
    """A day or month in one currency; money is in the smallest unit, in the currency of the charge.

    ``period`` is the day, or the first day of the month; ``currency`` is empty where the objects
    name none.
    """

    period: date
    currency: str
    charges: int = 0
    gross: int = 0
    refunds: int = 0
    refunded: int = 0

    @property
    def net(self) -> int:
        """What was taken and not given back; fees and disputes are not taken off."""
        return self.gross - self.refunded


def volume(
    start: date, end: date, *, every: Every = "month", using: str | None = None
) -> list[Volume]:
    """What succeeded charges took and refunds gave back, in UTC, of your own account.

    From ``start`` up to, not including, ``end``, ordered by period and currency. It is as of the
    last update of the statistics; days that were never counted are counted now.
    """
    found: dict[tuple[date, str], Volume] = {}
    for day in _days(start, end, using or default_database()):
        period = day.day if every == "day" else day.day.replace(day=1)
        each = found.setdefault((period, day.currency), Volume(period, day.currency))
        for name in ("charges", "gross", "refunds", "refunded"):
            setattr(each, name, getattr(each, name) + getattr(day, name))
    return [found[key] for key in sorted(found)]


def _days(start: date, end: date, using: str) -> list[VolumeDay]:
    state = Statistics.objects.using(using).filter(pk=Statistics.SINGLETON).first()
    stored = VolumeDay.objects.using(using)
    counted_to = _counted_to(state)
    if counted_to is None or end <= counted_to:
        return [*stored.filter(day__gte=start, day__lt=end)]
    turn = Turn(using, state or Statistics(), timezone.now())
    rest = payment_volume.count(max(start, counted_to), end, turn)
    return [*stored.filter(day__gte=start, day__lt=counted_to), *rest]


def _counted_to(state: Statistics | None) -> date | None:
    """The day up to which all are counted; ``None`` if all are.

    While they are counted again, the former values may be those of a count that was interrupted.
    """
    if state is None or state.days_began_at is None:
        return payment_volume.EPOCH
    return state.days_to
