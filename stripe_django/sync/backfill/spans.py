"""Lists cut up by time of creation, so that several workers fetch one of them.

Stripe lists the newest objects first. Whoever reads a span goes back in time; what it has not
reached yet can be given to others, in spans of whole seconds. A second is never divided: however
many objects it has, its span is read to the end by its cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from stripe_django.api.client import Page

from .partitions import Fetched, Part

BEGINNING = 1_262_304_000  # Unix seconds: Stripe has hardly any objects from before 2010
WORTHWHILE = 100  # objects: fewer take one request anyway
LONG = 5  # pages, after which a list is thought to have many more


@dataclass(slots=True, eq=False)
class Span(Part):
    """The objects of a list created from ``start`` until before ``end``, in Unix seconds.

    ``None`` is no bound. ``reached`` is the second of the oldest object read so far, ``density``
    how many objects a second has around there; both are unknown of a list that is not in the order
    of creation, or that minds no bounds, which is therefore never divided. ``is_bounded`` is false
    once the server has refused the bounds.
    """

    kind = "span"

    start: int | None = None
    end: int | None = None
    reached: int | None = None
    density: float = 0.0
    is_bounded: bool = True

    @property
    def left(self) -> int | None:
        if self.is_done:
            return 0
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

    def fetch(self) -> Fetched:
        if not self.is_bounded:
            return Fetched(self.listing.page({}, self.place.params))
        return Fetched(
            self.listing.page(self.listing.bounds(self.start, self.end), self.place.params)
        )

    def take(self, page: Page) -> Page:
        self.place.go_on(page)
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
        """Whether its requests name a time."""
        return self.is_bounded and bool(self.listing.bounds(self.start, self.end))

    def unbind(self) -> None:
        """Read the list to its end, from where this one is: the server minds no bounds."""
        self.start, self.is_bounded = None, False

    def has(self, second: int) -> bool:
        return (self.start is None or second >= self.start) and (
            self.end is None or second < self.end
        )

    def divide(self, pieces: int) -> list[Span]:
        """Give away what is not reached yet, but for the newest of so many pieces of it."""
        if not self.left or (self.start is None and self.pages < LONG):
            return []
        bounds = sorted(set(self._bounds(min(pieces, self.left // WORTHWHILE + 1))))
        given = [
            self._below(start, end)
            for start, end in zip([self.start, *bounds], bounds, strict=False)
        ]
        if bounds:
            self.start = bounds[-1]
        return given

    def _below(self, start: int | None, end: int) -> Span:
        """A span of what is not reached yet, which has about as many objects a second."""
        is_old = start is None and self.bottom
        density = 0.0 if is_old else self.density
        return Span(self.listing, start=start, end=end, reached=end, density=density)

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
        """How much of the time to leave below a cut of a list that goes back nobody knows how far.

        Each piece is so many times as long as the newer one next to it, and the newest one has a
        page or more: wherever the list begins, in few pieces is nothing, or nearly all of it.
        """
        factor: float = max(1.0, length * self.density / WORTHWHILE) ** (1 / pieces)
        return 1 - 1 / factor**piece


def created(payload: Any) -> int | None:
    second = payload.get("created") if isinstance(payload, dict) else None
    return second if type(second) is int else None
