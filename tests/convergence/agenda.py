"""What is still to be done in a history, by its time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

NEVER = float("inf")

Step = Callable[[], None]


@dataclass
class Agenda:
    """Of what has the same time, the first comes first."""

    _heap: list[tuple[float, int, Step]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def put(self, at: float, step: Step) -> None:
        heappush(self._heap, (at, next(self._numbers), step))

    @property
    def next_at(self) -> float:
        return self._heap[0][0] if self._heap else NEVER

    def pop(self) -> Step:
        return heappop(self._heap)[-1]
