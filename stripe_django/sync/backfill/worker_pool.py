"""Workers: threads that fetch, while the calling thread maps and writes.

Mapping stays with the writer: it keeps the interpreter busy, and each short wait for the database
would become a long one. No worker touches the database: connections belong to their thread.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from .partitions import Fetched, Part


class Brought(NamedTuple):
    """What a worker comes back with: a page, or the error that came instead."""

    part: Part
    fetched: Fetched | None
    error: Exception | None


class Crew:
    """So many workers at the most, each with one part at a time, of which it fetches one page.

    So nothing piles up, however much there is to fetch, and whatever stops the writer, only that
    one page of each has been fetched in vain.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.busy = 0
        self._threads = 0
        self._jobs: SimpleQueue[Part | None] = SimpleQueue()
        self._done: SimpleQueue[Brought] = SimpleQueue()

    @property
    def idle(self) -> int:
        return self.size - self.busy

    def give(self, part: Part) -> None:
        """Have the next page of a part fetched."""
        self.busy += 1
        if self._threads < self.busy:
            self._threads += 1
            # A daemon: whoever has to stop does not wait for answers of a slow server.
            Thread(target=self._work, daemon=True).start()
        self._jobs.put(part)

    def take(self, timeout: float) -> Brought | None:
        """What somebody comes back with; ``None`` if nobody does for so many seconds."""
        try:
            brought = self._done.get(timeout=timeout)
        except Empty:
            return None
        self.busy -= 1
        return brought

    def dismiss(self) -> None:
        """End the threads, as soon as each has its answer."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (part := self._jobs.get()) is not None:
            try:
                brought = Brought(part, part.fetch(), None)
            except Exception as error:  # of any kind: it is the writer's to judge
                brought = Brought(part, None, error)
            self._done.put(brought)
