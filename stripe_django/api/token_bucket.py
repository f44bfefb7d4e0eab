"""Spaces requests evenly, up to a limit, and more slowly after HTTP status 429.

Time is divided into short windows, each with a capacity. A request takes a slot in the first window
that has one left, and waits for it. So no slot is lost while requests wait, and none is saved up
while there are none. Only a count for each window is shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from .rate_store import RateStore

WINDOW = 0.1  # seconds
MARGIN = 0.99  # of a limit: requests at even intervals do not arrive quite evenly
# Of a rate that was too much: at once, and after RECOVERY_TIME.
BACKOFF_FACTOR, RECOVERED_FACTOR = 0.5, 0.95
RECOVERY_TIME = 5.0  # seconds
PROBE_AFTER = 60.0  # seconds until the same rate is tried again; then it grows faster and faster
MIN_RATE = 4.0  # requests a second; no throttle goes lower, and the retries wait by themselves
REFRESH_INTERVAL = 0.5  # seconds between reads of the throttles of other processes


@dataclass(frozen=True, slots=True)
class Throttle:
    """Nothing may be sent before ``at``, and ``rate`` (requests a second) was too much."""

    at: float
    rate: float

    def allowed(self, moment: float) -> float:
        """Return the rate that may be tried at a moment."""
        since = moment - self.at
        if since < 0:
            return 0.0
        regaining = BACKOFF_FACTOR + (RECOVERED_FACTOR - BACKOFF_FACTOR) * since / RECOVERY_TIME
        growing = RECOVERED_FACTOR + (1 - RECOVERED_FACTOR) * (since / PROBE_AFTER) ** 3
        return self.rate * min(regaining, growing)


class Bucket:
    """One limit, in requests a second, shared through a store.

    Times are of the store's clock. Not safe for several threads at once.
    """

    def __init__(self, name: str, limit: float, store: RateStore) -> None:
        self.limit = limit
        self.throttle: Throttle | None = None
        self._name = name
        self._store = store
        self._refreshed_at = float("-inf")
        self._full: set[int] = set()

    def rate(self, moment: float) -> float:
        """Return how many requests a second may be sent at a moment."""
        most = self.limit * MARGIN
        return min(most, self.throttle.allowed(moment)) if self.throttle else most

    def take(self, at: float) -> float:
        """Take a slot, and return its time, which is not before ``at``."""
        self._refresh()
        if self.throttle:
            at = max(at, self.throttle.at)
        window = floor(at / WINDOW)
        while (taken := self._take_slot(window)) > (capacity := self._capacity(window)):
            self._full.add(window)
            window += 1
        return max(at, (window + (taken - 1) / capacity) * WINDOW)

    def _take_slot(self, window: int) -> float:
        if window in self._full or not self._capacity(window):
            return float("inf")
        return self._store.increment(self._name, window)

    def _capacity(self, window: int) -> int:
        """Return the number of slots of a window: a whole number, exact over several windows."""
        each = self.rate(window * WINDOW) * WINDOW
        return floor((window + 1) * each) - floor(window * each)

    def _refresh(self) -> None:
        now = self._store.now()
        if now - self._refreshed_at >= REFRESH_INTERVAL:
            self._refreshed_at = now
            self._full = {window for window in self._full if window >= floor(now / WINDOW)}
            found = self._store.throttle(self._name)
            self.throttle = Throttle(*found) if found else None

    def slow_down(self, sent: float, until: float) -> None:
        """Throttle after HTTP status 429 for a request of a moment; send nothing before ``until``.

        A request that was sent before the present throttle changes nothing.
        """
        self._refresh()
        if self.throttle is None or sent > self.throttle.at:
            self.throttle = Throttle(until, max(MIN_RATE, self.rate(self._store.now())))
            self._full.clear()
            self._store.record_throttle(self._name, self.throttle.at, self.throttle.rate)
