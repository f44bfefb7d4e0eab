"""How fast requests may follow one another: evenly, up to a limit, and slower after a refusal.

Time is cut into short windows with room for so many requests each. Whoever wants to send one takes
a place in the first window that has room, and waits for it; so nothing is lost while somebody
waits, and nothing is saved up while nobody does. All that is shared is a count for each window.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from .rate_store import Ledger

WINDOW = 0.1  # seconds
MARGIN = 0.99  # of a limit: what is sent at even intervals does not arrive quite evenly
HALF, MOST = 0.5, 0.95  # of a rate that was too much: at once, and some seconds later
REGAINED = 5.0  # seconds until it is most of it again
FORGIVEN = 60.0  # seconds until it is tried again; from then on the rate grows faster and faster
SLOWEST = 4.0  # requests a second; what is still too much then, each request waits for by itself
NEWS = 0.5  # seconds between looks at what other processes have learned


@dataclass(frozen=True, slots=True)
class Lesson:
    """Until when nothing should be sent, and which rate (requests a second) was too much."""

    at: float
    rate: float

    def allowed(self, moment: float) -> float:
        """The rate at a moment, of which nobody knows whether it is too much."""
        since = moment - self.at
        if since < 0:
            return 0.0
        regaining = HALF + (MOST - HALF) * since / REGAINED
        growing = MOST + (1 - MOST) * (since / FORGIVEN) ** 3
        return self.rate * min(regaining, growing)


class Bucket:
    """One limit, in requests a second, for all who count in the same ledger.

    Moments are those of the ledger's clock. Not safe for several threads at once.
    """

    def __init__(self, name: str, limit: float, ledger: Ledger) -> None:
        self.limit = limit
        self.lesson: Lesson | None = None
        self._name = name
        self._ledger = ledger
        self._looked_at = float("-inf")
        self._full: set[int] = set()

    def rate(self, moment: float) -> float:
        """Requests a second that may be sent at a moment."""
        most = self.limit * MARGIN
        return min(most, self.lesson.allowed(moment)) if self.lesson else most

    def take(self, at: float) -> float:
        """The moment, not before ``at``, of a place that nobody else has."""
        self._look()
        if self.lesson:
            at = max(at, self.lesson.at)
        window = floor(at / WINDOW)
        while (taken := self._taken(window)) > (room := self._room(window)):
            self._full.add(window)
            window += 1
        return max(at, (window + (taken - 1) / room) * WINDOW)

    def _taken(self, window: int) -> float:
        if window in self._full or not self._room(window):
            return float("inf")
        return self._ledger.increment(self._name, window)

    def _room(self, window: int) -> int:
        """How many requests a window has room for: whole ones, and over time as many as allowed."""
        each = self.rate(window * WINDOW) * WINDOW
        return floor((window + 1) * each) - floor(window * each)

    def _look(self) -> None:
        now = self._ledger.now()
        if now - self._looked_at >= NEWS:
            self._looked_at = now
            self._full = {window for window in self._full if window >= floor(now / WINDOW)}
            found = self._ledger.lesson(self._name)
            self.lesson = Lesson(*found) if found else None

    def slow_down(self, sent: float, until: float) -> None:
        """Learn from a refusal of a request that was sent at a moment: nothing before ``until``.

        What was sent before the last lesson teaches nothing new.
        """
        self._look()
        if self.lesson is None or sent > self.lesson.at:
            self.lesson = Lesson(until, max(SLOWEST, self.rate(self._ledger.now())))
            self._full.clear()
            self._ledger.teach(self._name, self.lesson.at, self.lesson.rate)
