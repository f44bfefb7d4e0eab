"""How fast requests may follow one another: evenly, up to a limit, and slower after a refusal.

Time is cut into short windows with room for so many requests each. Whoever wants to send one takes
a place in the first window that has room, and waits for it; so nothing is lost while somebody
waits, and nothing is saved up while nobody does. All that is shared is a count for each window.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from .ledger import RateStore

WINDOW = 0.1  # seconds
MARGIN = 0.99  # of a limit: what is sent at even intervals does not arrive quite evenly
BACKOFF_FACTOR, RECOVERED_FACTOR = (
    0.5,
    0.95,
)  # of a rate that was too much: at once, and some seconds later
RECOVERY_TIME = 5.0  # seconds until it is most of it again
PROBE_AFTER = 60.0  # seconds until it is tried again; from then on the rate grows faster and faster
MIN_RATE = 4.0  # requests a second; what is still too much then, each request waits for by itself
REFRESH_INTERVAL = 0.5  # seconds between looks at what other processes have learned


@dataclass(frozen=True, slots=True)
class Throttle:
    """Until when nothing should be sent, and which rate (requests a second) was too much."""

    at: float
    rate: float

    def allowed(self, moment: float) -> float:
        """The rate at a moment, of which nobody knows whether it is too much."""
        since = moment - self.at
        if since < 0:
            return 0.0
        regaining = BACKOFF_FACTOR + (RECOVERED_FACTOR - BACKOFF_FACTOR) * since / RECOVERY_TIME
        growing = RECOVERED_FACTOR + (1 - RECOVERED_FACTOR) * (since / PROBE_AFTER) ** 3
        return self.rate * min(regaining, growing)


class Bucket:
    """One limit, in requests a second, for all who count in the same store.

    Moments are those of the store's clock. Not safe for several threads at once.
    """

    def __init__(self, name: str, limit: float, store: RateStore) -> None:
        self.limit = limit
        self.throttle: Throttle | None = None
        self._name = name
        self._store = store
        self._refreshed_at = float("-inf")
        self._full: set[int] = set()

    def rate(self, moment: float) -> float:
        """Requests a second that may be sent at a moment."""
        most = self.limit * MARGIN
        return min(most, self.throttle.allowed(moment)) if self.throttle else most

    def take(self, at: float) -> float:
        """The moment, not before ``at``, of a place that nobody else has."""
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
        """How many requests a window has room for: whole ones, and over time as many as allowed."""
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
        """Learn from a refusal of a request that was sent at a moment: nothing before ``until``.

        What was sent before the last lesson teaches nothing new.
        """
        self._refresh()
        if self.throttle is None or sent > self.throttle.at:
            self.throttle = Throttle(until, max(MIN_RATE, self.rate(self._store.now())))
            self._full.clear()
            self._store.record_throttle(self._name, self.throttle.at, self.throttle.rate)
