"""The intervals of Stripe's time in which snapshots were true, and their order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from stripe_django.models.base import AsOfKind
from stripe_django.sync.mapping.rows import MIXED, REQUEST_PREFIX, SOURCE_LENGTH

A_SECOND = timedelta(seconds=1)
READ = AsOfKind.READ


class Interval(NamedTuple):
    """When a snapshot was true: ``start`` until before the second after ``end``.

    Events, and clocks compared with each other, are exact to the second only. ``source`` names the
    clock that measured it, and then the requests that the content is the answer to or newer than,
    the latest first.
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

    @property
    def clock(self) -> str | None:
        """The clock that measured a read; ``None`` without a single one."""
        first = self.source.partition(" ")[0]
        is_clock = self.kind == READ and first != MIXED and not self.is_of_request
        return first.partition("@")[0] if is_clock else None

    @property
    def ticks(self) -> tuple[int, int] | None:
        """Its start and end by the clock itself, which orders whatever the time is."""
        _, _, ticks = self.source.partition(" ")[0].partition("@")
        start, _, end = ticks.partition(":")
        return (int(start, 16), int(end, 16)) if end else None

    @property
    def requests(self) -> list[str]:
        words = self.source.split()
        return [word for word in words if word.startswith(REQUEST_PREFIX)]

    def shares_clock(self, other: Interval) -> bool:
        """Whether one clock has measured both, so that fractions of seconds can be compared."""
        return self.clock is not None and self.clock == other.clock

    @property
    def is_of_request(self) -> bool:
        """Whether nothing but its request is known of its source."""
        return self.source.startswith(REQUEST_PREFIX)

    def shares_request(self, other: Interval) -> bool:
        if REQUEST_PREFIX not in self.source or REQUEST_PREFIX not in other.source:
            return False
        return not set(self.requests).isdisjoint(other.requests)

    def precedes(self, other: Interval, *, exactly: bool) -> bool:
        """Whether it had ended when the other one began."""
        if self.upper <= other.lower:
            return True
        if not exactly or not self.shares_clock(other):
            return False
        mine, theirs = self.ticks, other.ticks
        if mine and theirs:
            return mine[1] < theirs[0]
        return self.end < (other.start or other.end)

    def overlaps(self, other: Interval, *, exactly: bool) -> bool:
        return not (self.precedes(other, exactly=exactly) or other.precedes(self, exactly=exactly))

    def narrowed(self, other: Interval) -> Interval:
        """What is known of a content that both intervals have shown.

        It was true once at or after both lower bounds; what is to be newer has to follow both.
        """
        later = max(self, other, key=_lateness)
        start = max(self.lower, other.lower)
        is_second = start == second_of(later.end)
        start_of_read = None if is_second else min(start, later.end)
        return later._replace(start=start_of_read, source=self._common_source(other, later))

    def _common_source(self, other: Interval, later: Interval) -> str:
        if self.source == other.source and (self.kind == other.kind or self.is_of_request):
            return later.source
        if self.shares_clock(other):
            return self._of_both(other, later)
        is_answer = later.kind == READ and later.lower >= max(self.lower, other.lower)
        if is_answer and self.shares_request(other):
            return later.source
        return " ".join([MIXED, *(later.requests if is_answer else ())])

    def _of_both(self, other: Interval, later: Interval) -> str:
        """The later start and the later end by the clock that they share."""
        mine, theirs = self.ticks, other.ticks
        first, _, requests = later.source.partition(" ")
        if mine and theirs:
            first = f"{later.clock}@{max(mine[0], theirs[0]):x}:{max(mine[1], theirs[1]):x}"
        both = later._replace(source=f"{first} {requests}".strip())
        return following(both, other if later is self else self)


def following(later: Interval, earlier: Interval) -> str:
    """The source of a read, with the requests that an earlier one by the same clock is newer than.

    The oldest requests are left out if there is no space for all.
    """
    words = list(dict.fromkeys([*later.source.split(), *earlier.requests]))
    while len(" ".join(words)) > SOURCE_LENGTH:
        words.pop()
    return " ".join(words)


def _lateness(interval: Interval) -> tuple[datetime, bool, datetime]:
    return interval.upper, interval.kind == READ, interval.end


def second_of(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
