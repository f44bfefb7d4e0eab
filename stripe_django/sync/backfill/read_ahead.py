"""Working ahead: what is fetched in a thread, while the calling thread maps and writes.

Mapping stays with the writer: it keeps the interpreter busy, and each short wait for the database
would become a long one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

DEPTH = 2  # items that wait to be taken: memory stays the same however many there are
PATIENCE = 0.1  # seconds between looks at whether anybody still waits for them


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, made in a thread of its own; an error comes where it happened.

    The thread must not touch the database: connections belong to the thread that opened them.
    """
    made: Queue[tuple[T | None, BaseException | None]] = Queue(DEPTH)
    unwanted = Event()
    Thread(target=_make, args=(items, made, unwanted), daemon=True).start()
    try:
        while True:
            item, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        unwanted.set()


def _make(
    items: Iterable[T],
    made: Queue[tuple[T | None, BaseException | None]],
    unwanted: Event,
) -> None:
    end: BaseException = StopIteration()
    try:
        for item in items:
            _put((item, None), made, unwanted)
            if unwanted.is_set():
                return
    except BaseException as error:
        end = error
    _put((None, end), made, unwanted)


def _put(
    entry: tuple[T | None, BaseException | None],
    made: Queue[tuple[T | None, BaseException | None]],
    unwanted: Event,
) -> None:
    while not unwanted.is_set():
        try:
            made.put(entry, timeout=PATIENCE)
        except Full:
            continue
        return
