"""Lists that are made a few items at a time, while the database works on something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

From = TypeVar("From")
To = TypeVar("To")

Meanwhile = Callable[[int], None]  # some work, about as much as there is for so many rows


def nothing(_rows: int) -> None:
    """What there is to be done meanwhile, for most."""


class Piecemeal(Generic[From, To]):
    """All that ``make`` makes of the items, in their order."""

    def __init__(self, make: Callable[[From], Iterable[To]], items: Iterable[From]) -> None:
        self._make = make
        self._items = iter(items)
        self._made: list[To] = []
        self._error: Exception | None = None

    def some(self, count: int) -> None:
        """Go on with so many of the items; an error waits for whoever needs them all."""
        try:
            self._go_on(count)
        except Exception as error:  # of any kind: the work that is under way has no part in it
            self._error = error

    def all(self) -> list[To]:
        """Make the rest. Raises what kept some item from being made."""
        if self._error:
            raise self._error
        self._go_on(None)
        return self._made

    def _go_on(self, count: int | None) -> None:
        for item in islice(self._items, count):
            self._made.extend(self._make(item))
