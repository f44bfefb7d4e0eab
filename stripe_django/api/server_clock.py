"""Stripe's time of what is read from it. The clock of this machine is not used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ALMOST_A_SECOND = 0.999999


def time_of(date: str | None) -> datetime | None:
    """Return the time (UTC) of a ``Date`` header; ``None`` if it has none."""
    try:
        return parsedate_to_datetime(date or "").replace(tzinfo=UTC)  # HTTP dates are always in GMT
    except ValueError:
        return None


class Clock:
    """Computes when a read was true, from the ``Date`` of responses and a monotonic clock.

    A response's ``Date`` is a whole second, and not after the response was received. So ``Date``
    minus the elapsed time is never later than the read. The best of these bounds, continued by the
    monotonic clock, also orders the reads within a second.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self._ahead = float("-inf")
        self._lock = threading.Lock()

    def as_of(self, date: str | None, started: float, ended: float) -> datetime | None:
        """Return the time (UTC) of a read; ``None`` if the response had no usable ``Date``."""
        dated = time_of(date)
        if dated is None:
            return None
        second = dated.timestamp()
        with self._lock:
            self._ahead = max(self._ahead, second - ended)
            moment = min(started + self._ahead, second + ALMOST_A_SECOND)
        return datetime.fromtimestamp(moment, UTC)

    def now(self) -> datetime | None:
        """Return a lower bound of Stripe's time now (UTC); ``None`` before the first read."""
        with self._lock:
            ahead = self._ahead
        if ahead == float("-inf"):
            return None
        return datetime.fromtimestamp(self.monotonic() + ahead, UTC)
