"""Stripe's time for what is read from it; this machine's clock has no say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ALMOST_A_SECOND = 0.999999


def time_of(date: str | None) -> datetime | None:
    """The time (UTC) that a ``Date`` header says; ``None`` if it says none."""
    try:
        return parsedate_to_datetime(date or "").replace(tzinfo=UTC)  # HTTP knows GMT alone
    except ValueError:
        return None


class Clock:
    """Says when a read was true, from the ``Date`` of answers and a monotonic clock.

    An answer's ``Date`` is a whole second and not before the request was sent plus the time on
    the way; so ``Date`` minus the elapsed time is never later than the read. The best of these
    bounds, carried on by the monotonic clock, also tells the order of reads within a second.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self._ahead = float("-inf")
        self._lock = threading.Lock()

    def as_of(self, date: str | None, started: float, ended: float) -> datetime | None:
        """The time (UTC) of a read; ``None`` if the answer had no usable ``Date``."""
        dated = time_of(date)
        if dated is None:
            return None
        second = dated.timestamp()
        with self._lock:
            self._ahead = max(self._ahead, second - ended)
            moment = min(started + self._ahead, second + ALMOST_A_SECOND)
        return datetime.fromtimestamp(moment, UTC)

    def now(self) -> datetime | None:
        """What time it is at Stripe by now, at the least (UTC); ``None`` before the first read."""
        with self._lock:
            ahead = self._ahead
        if ahead == float("-inf"):
            return None
        return datetime.fromtimestamp(self.monotonic() + ahead, UTC)
