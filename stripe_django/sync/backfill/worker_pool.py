"""Threads that fetch, while the calling thread maps and writes.

Mapping stays in the writing thread: it keeps the interpreter busy, and each short wait for the
database would become a long one. No worker uses the database: a connection belongs to the thread
that opened it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

Job = Callable[[], T]


class WorkerPool(Generic[T]):
    """Up to ``size`` threads, each with one job at a time. A job must not raise.

    A job fetches one page, so that fetched pages do not pile up, and at most one page of each
    worker is lost when the writer stops.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.busy = 0
        self._threads = 0
        self._jobs: SimpleQueue[Job[T] | None] = SimpleQueue()
        self._results: SimpleQueue[T] = SimpleQueue()

    @property
    def idle(self) -> int:
        return self.size - self.busy

    def submit(self, job: Job[T]) -> None:
        self.busy += 1
        if self._threads < self.busy:
            self._threads += 1
            # Daemons: a process that has to end does not wait for a slow server.
            Thread(target=self._work, daemon=True).start()
        self._jobs.put(job)

    def next_result(self, timeout: float | None = None) -> T | None:
        """The result of a job; ``None`` if no job ends within the timeout (seconds)."""
        try:
            result = self._results.get(timeout=timeout)
        except Empty:
            return None
        self.busy -= 1
        return result

    def shutdown(self) -> None:
        """End each thread after its job."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._results.put(job())


def read_ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items; a thread makes the next one while the caller uses this one.

    An error is raised where it occurred.
    """
    pool: WorkerPool[tuple[T | None, BaseException | None]] = WorkerPool(1)
    job = partial(_next, iter(items))
    pool.submit(job)
    try:
        while result := pool.next_result():
            item, error = result
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            pool.submit(job)
            yield item  # type: ignore[misc]
    finally:
        pool.shutdown()


def _next(items: Iterator[T]) -> tuple[T | None, BaseException | None]:
    try:
        return next(items), None
    except BaseException as error:  # also StopIteration
        return None, error
