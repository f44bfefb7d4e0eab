"""The ranges of days that the charts of the overview show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from stripe_django.analytics.periods import A_DAY
from stripe_django.statistics.business import DAYS, MONTHS, months_until


class Every(StrEnum):
    """What one bar of a chart is about."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


BY = {
    Every.DAY: gettext_noop("by day (UTC)"),
    Every.WEEK: gettext_noop("by week (UTC)"),
    Every.MONTH: gettext_noop("by month (UTC)"),
}


@dataclass(frozen=True, slots=True)
class Range:
    """A choice: its name in the address, its title, and what it covers up to today."""

    name: str
    title: Any
    every: Every
    number: int  # of days, weeks or months
    number_of_months: int  # with the current one, for what is known by the month

    @property
    def about(self) -> str:
        return _(BY[self.every])

    def months(self, today: date) -> list[date]:
        return months_until(today, self.number_of_months)

    def starts(self, today: date) -> list[date]:
        """The first day of each bar; the last week ends today."""
        if self.every is Every.MONTH:
            return self.months(today)
        days = 7 if self.every is Every.WEEK else 1
        first = today + A_DAY - timedelta(days=days * self.number)
        return [first + timedelta(days=days * place) for place in range(self.number)]


RANGES = (
    Range("30-days", gettext_lazy("30 days"), Every.DAY, 30, 1),
    Range("quarter", gettext_lazy("Quarter"), Every.WEEK, DAYS // 7, 3),
    Range("year", gettext_lazy("Year"), Every.MONTH, MONTHS, MONTHS),
)
DEFAULT = RANGES[-1]


def chosen(name: str | None) -> Range:
    return next((each for each in RANGES if each.name == name), DEFAULT)
