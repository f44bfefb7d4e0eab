"""Lists that are made a few items at a time, while the database works on something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Timer
from typing import Generic, TypeVar

From = TypeVar("From")
To = TypeVar("To")

Meanwhile = Callable[[int], None]  # some work, about as much as there is for so many rows

SENDING = 0.001  # seconds after which a driver has surely sent a statement


def nothing(_rows: int) -> None:
    """What there is to be done meanwhile, for most."""


@contextmanager
def beside(meanwhile: Meanwhile, rows: int) -> Iterator[None]:
    """Has another thread do the work of so many rows while a driver waits for the database.

    For drivers that leave the interpreter to others meanwhile, as those of MySQL do. Whatever has
    begun is waited for.
    """
    if meanwhile is nothing:
        yield
        return
    worker = Timer(SENDING, meanwhile, [rows])
    worker.start()
    try:
        yield
    finally:
        worker.cancel()  # if the database was done before it began
        worker.join()


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
