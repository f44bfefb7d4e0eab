"""The intervals of Stripe's time in which snapshots were true, and their order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from stripe_django.models.base import AsOfKind
from stripe_django.sync.mapping.rows import MIXED, REQUEST_PREFIX

A_SECOND = timedelta(seconds=1)
READ = AsOfKind.READ


class Interval(NamedTuple):
    """When a snapshot was true: ``start`` until before the second after ``end``.

    Events, and clocks compared with each other, are exact to the second only.
    """

    end: datetime
    start: datetime | None = None
    kind: str = AsOfKind.EVENT
    source: str = ""

    @property
    def lower(self) -> datetime:
        return self.start or second_of(self.end)

    @property
    def upper(self) -> datetime:
        return second_of(self.end) + A_SECOND

    @property
    def span(self) -> tuple[datetime, datetime]:
        return second_of(self.lower), self.upper

    def shares_clock(self, other: Interval) -> bool:
        """Whether one clock has measured both, so that fractions of seconds can be compared."""
        is_read = self.source == other.source and self.kind == other.kind == READ
        return is_read and self.source != MIXED and not self.is_of_request

    @property
    def is_of_request(self) -> bool:
        return self.source.startswith(REQUEST_PREFIX)

    def shares_request(self, other: Interval) -> bool:
        return self.source == other.source and self.is_of_request

    def precedes(self, other: Interval, *, exactly: bool) -> bool:
        """Whether it had ended when the other one began."""
        if exactly and self.shares_clock(other):
            return self.end < (other.start or other.end)
        return self.upper <= other.lower

    def overlaps(self, other: Interval, *, exactly: bool) -> bool:
        return not (self.precedes(other, exactly=exactly) or other.precedes(self, exactly=exactly))

    def narrowed(self, other: Interval) -> Interval:
        """What is known of a content that both intervals have shown.

        It was true once at or after both lower bounds; what is to be newer has to follow both.
        """
        later = max(self, other, key=_lateness)
        is_alike = self.kind == other.kind or self.is_of_request
        source = later.source if is_alike and self.source == other.source else MIXED
        start = max(self.lower, other.lower)
        is_second = start == second_of(later.end)
        return later._replace(start=None if is_second else min(start, later.end), source=source)


def _lateness(interval: Interval) -> tuple[datetime, bool, datetime]:
    return interval.upper, interval.kind == READ, interval.end


def second_of(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
