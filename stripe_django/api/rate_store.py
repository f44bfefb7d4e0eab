"""The state that all users of one limit share: how much they send, and the last throttle."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

ThrottleRecord = tuple[float, float]  # ``at`` and ``rate`` of a throttle

KEPT_WINDOWS = 100  # past windows of which the counts are still kept
PRUNE_EVERY = 600  # windows
MAX_AGE = 3600.0  # seconds after which a throttle has no effect
MAX_AHEAD = 60.0  # seconds by which one may be in the future: a later one is of an earlier boot


class RateStore(ABC):
    """Stores counts and throttles by name. Times are in seconds, of the store's own clock."""

    @abstractmethod
    def now(self) -> float: ...

    @abstractmethod
    def increment(self, name: str, window: int) -> int:
        """Count one more request in a window, and return the new count."""

    @abstractmethod
    def throttle(self, name: str) -> ThrottleRecord | None: ...

    @abstractmethod
    def record_throttle(self, name: str, at: float, rate: float) -> None: ...


class RateState:
    """Counts and throttles as plain data, which can be stored as JSON."""

    def __init__(self, data: Any = None) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}

    def increment(self, name: str, window: int) -> int:
        counts = self._of("counts").setdefault(name, {})
        counts[str(window)] = count = counts.get(str(window), 0) + 1
        if count == 1:
            for each in [each for each in counts if int(each) < window - KEPT_WINDOWS]:
                del counts[each]
            self._prune(window)
        return int(count)

    def _prune(self, window: int) -> None:
        """Now and then, forget what sends no more: there may be thousands of accounts."""
        if 0 <= window - self.data.get("pruned", 0) < PRUNE_EVERY:
            return
        self.data["pruned"] = window
        known = self._of("counts")
        for name in [
            name for name, counts in known.items() if max(map(int, counts)) < window - KEPT_WINDOWS
        ]:
            del known[name]

    def throttle(self, name: str, now: float) -> ThrottleRecord | None:
        at, rate = self._of("throttles").get(name, (float("-inf"), 0.0))
        return (at, rate) if now - MAX_AGE < at < now + MAX_AHEAD else None

    def record_throttle(self, name: str, at: float, rate: float) -> None:
        throttles = self._of("throttles")
        for each in [each for each, (then, _) in throttles.items() if then < at - MAX_AGE]:
            del throttles[each]
        throttles[name] = (at, rate)

    def _of(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data.setdefault(kind, {})
        return found


class ProcessRateStore(RateStore):
    """For the threads of one process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._state = RateState()

    def now(self) -> float:
        return self._monotonic()

    def increment(self, name: str, window: int) -> int:
        return self._state.increment(name, window)

    def throttle(self, name: str) -> ThrottleRecord | None:
        return self._state.throttle(name, self.now())

    def record_throttle(self, name: str, at: float, rate: float) -> None:
        self._state.record_throttle(name, at, rate)
