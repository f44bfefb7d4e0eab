"""What those who share a limit tell each other: how much they send, and what was too much."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

Taught = tuple[float, float]  # a moment, and a rate

COUNTED = 100  # windows that are past and of which the counts are still kept
OLDEST = 3600.0  # seconds after which a lesson is none any more
FARTHEST = 60.0  # seconds by which one may lie ahead: what lies farther is of an earlier boot


class Ledger(ABC):
    """Counts and lessons, by name; moments are those of its own clock, in seconds."""

    @abstractmethod
    def now(self) -> float: ...

    @abstractmethod
    def increment(self, name: str, window: int) -> int:
        """Count one more, and say how many there are now."""

    @abstractmethod
    def lesson(self, name: str) -> Taught | None: ...

    @abstractmethod
    def teach(self, name: str, at: float, rate: float) -> None: ...


class Sheet:
    """Counts and lessons as plain data, which JSON can hold."""

    def __init__(self, data: Any = None) -> None:
        self.data: dict[str, dict[str, Any]] = data if isinstance(data, dict) else {}

    def increment(self, name: str, window: int) -> int:
        counts = self._of("counts").setdefault(name, {})
        counts[str(window)] = count = counts.get(str(window), 0) + 1
        if count == 1:
            for each in [each for each in counts if int(each) < window - COUNTED]:
                del counts[each]
        return int(count)

    def lesson(self, name: str, now: float) -> Taught | None:
        at, rate = self._of("lessons").get(name, (float("-inf"), 0.0))
        return (at, rate) if now - OLDEST < at < now + FARTHEST else None

    def teach(self, name: str, at: float, rate: float) -> None:
        self._of("lessons")[name] = (at, rate)

    def _of(self, kind: str) -> dict[str, Any]:
        return self.data.setdefault(kind, {})


class ProcessLedger(Ledger):
    """For the threads of one process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sheet = Sheet()

    def now(self) -> float:
        return self._monotonic()

    def increment(self, name: str, window: int) -> int:
        return self._sheet.increment(name, window)

    def lesson(self, name: str) -> Taught | None:
        return self._sheet.lesson(name, self.now())

    def teach(self, name: str, at: float, rate: float) -> None:
        self._sheet.teach(name, at, rate)
