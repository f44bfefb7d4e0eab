"""Lists split by time of creation, so that several workers fetch one of them.

Stripe lists the newest objects first, so a worker goes back in time. What it has not reached yet
can be split off for others, in ranges of whole seconds. A second is never split: however many
objects it has, its range is read to the end by its cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from stripe_django.api.client import Page

from .partitions import FetchResult, Partition

BEGINNING = 1_262_304_000  # Unix seconds: Stripe has hardly any objects from before 2010
WORTHWHILE = 100  # objects: fewer take one request anyway
LONG = 5  # pages, after which a list probably has many more


@dataclass(slots=True, eq=False)
class TimeRange(Partition):
    """The objects of a list created from ``start`` until before ``end``, in Unix seconds.

    ``None`` is no bound. ``reached`` is the second of the oldest object read so far, ``density``
    the number of objects per second there. Both are unknown if the list is not in the order of
    creation, or if the server ignores bounds; such a list is never split. ``is_bounded`` is false
    once the server has refused the bounds.
    """

    kind = "span"

    start: int | None = None
    end: int | None = None
    reached: int | None = None
    density: float = 0.0
    is_bounded: bool = True

    @property
    def remaining(self) -> int | None:
        if self.is_done:
            return 0
        # Without a start, it is unknown how far back the list goes.
        return None if self.start is None else self.guessed

    @property
    def guessed(self) -> int | None:
        """The same, as if a list without a start went back to Stripe's beginning."""
        if self.reached is None:
            return None
        return int(self.density * (self.reached - self.bottom))

    @property
    def bottom(self) -> int:
        """The second that it probably ends at."""
        assert self.reached is not None
        if self.start is not None:
            return self.start
        return BEGINNING if self.reached > BEGINNING else 0

    def _fetch(self) -> FetchResult:
        bounds = self.listing.bounds(self.start, self.end) if self.is_bounded else {}
        return FetchResult(self, self.listing.page(bounds, self.cursor.params))

    def take(self, page: Page) -> Page:
        self.cursor.advance(page)
        self.is_done = not page.has_more
        seconds = [created(each) for each in page.objects]
        kept = [
            each
            for each, second in zip(page.objects, seconds, strict=True)
            if second is None or self.has(second)
        ]
        self.reached = None
        if len(kept) == len(seconds) and self.is_bounded and self.listing.is_divisible:
            self._measure([second for second in seconds if second is not None])
        return replace(page, objects=kept)

    def _measure(self, seconds: list[int]) -> None:
        if seconds and seconds == sorted(seconds, reverse=True):
            self.reached = seconds[-1]
            self.density = len(seconds) / (seconds[0] - seconds[-1] + 1)

    @property
    def has_bounds(self) -> bool:
        """Whether its requests have a time in them."""
        return self.is_bounded and bool(self.listing.bounds(self.start, self.end))

    def drop_bounds(self) -> None:
        """Read the list to its end, from here on: the server refuses bounds."""
        self.start, self.is_bounded = None, False

    def has(self, second: int) -> bool:
        return (self.start is None or second >= self.start) and (
            self.end is None or second < self.end
        )

    def split(self, pieces: int) -> list[TimeRange]:
        """Split off what is not reached yet, except the newest of this many pieces of it."""
        remaining = 0 if self.is_done else self.guessed
        if not remaining or (self.start is None and self.pages < LONG):
            return []
        bounds = sorted(set(self._bounds(min(pieces, remaining // WORTHWHILE + 1))))
        given = [
            self._below(start, end)
            for start, end in zip([self.start, *bounds], bounds, strict=False)
        ]
        if bounds:
            self.start = bounds[-1]
        return given

    def _below(self, start: int | None, end: int) -> TimeRange:
        """A range of what is not reached yet, which has about as many objects per second."""
        is_old = start is None and self.bottom
        density = 0.0 if is_old else self.density
        return TimeRange(self.listing, start=start, end=end, reached=end, density=density)

    def _bounds(self, pieces: int) -> Iterator[int]:
        """Seconds at which to cut: above the lowest one, and not above what is reached."""
        assert self.reached is not None
        bottom, length = self.bottom, self.reached - self.bottom
        is_whole = self.start is None and bottom
        if is_whole and pieces > 1:
            yield bottom
        for piece in range(1, pieces):
            share = self._guess(length, pieces, piece) if is_whole else piece / pieces
            bound = bottom + int(length * share)
            if bound > bottom:
                yield bound

    def _guess(self, length: int, pieces: int, piece: int) -> float:
        """The share of the time below a cut, for a list of unknown beginning.

        Each piece is longer than the newer one next to it by the same factor, and the newest one
        has a page or more. So wherever the list begins, few pieces are empty, and none has nearly
        all of it.
        """
        factor: float = max(1.0, length * self.density / WORTHWHILE) ** (1 / pieces)
        return 1 - 1 / factor**piece


def created(payload: Any) -> int | None:
    second = payload.get("created") if isinstance(payload, dict) else None
    return second if type(second) is int else None
