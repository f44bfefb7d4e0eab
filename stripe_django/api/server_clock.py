"""Stripe's time of what is read from it.

A read was true at some moment between the start of its request and its response, so its time is an
interval. ``Date`` says when the response was sent, in whole seconds, and may be wrong, as may the
clock of this machine. The monotonic clock is never wrong, but does not know what time it is.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median
from typing import NamedTuple

from stripe_django import logs

TOLERANCE = 300.0  # seconds by which clocks may differ before one of them counts as wrong
NEAR = 5.0  # seconds within which this machine's clock confirms the first Date
PRECISION = 2.0  # seconds by which a correct Date may be off the estimate
ALMOST_A_SECOND = 0.999999


def time_of(date: str | None) -> datetime | None:
    """Return the time (UTC) of a ``Date`` header; ``None`` if it has none."""
    try:
        return parsedate_to_datetime(date or "").replace(tzinfo=UTC)  # HTTP dates are always in GMT
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ReadTime:
    """The interval of Stripe's time (UTC) in which a read was true.

    ``start`` is a lower bound. ``end`` is the estimated end of the request; the read was true
    before the next whole second. ``clock`` is the monotonic clock of a process, and the start and
    the end by that clock, in microseconds: ``1f2e3d4c@12ab:12cd``. So two reads of one process
    can be ordered exactly, those of different processes only by whole seconds.
    """

    start: datetime
    end: datetime
    clock: str = ""


class Bounds(NamedTuple):
    """Bounds of Stripe's clock minus the monotonic one, in seconds."""

    lower: float
    upper: float

    def fits(self, other: Bounds) -> bool:
        return self.lower <= other.upper + PRECISION and self.upper >= other.lower - PRECISION

    def narrowed(self, other: Bounds) -> Bounds:
        lower = max(self.lower, other.lower)
        return Bounds(lower, max(lower, min(self.upper, other.upper)))


class Clock:
    """Computes the time of reads from the ``Date`` of responses and a monotonic clock.

    A response was sent after its request started and before it was received. So its ``Date`` gives
    two bounds of the difference between Stripe's clock and the monotonic one. The estimate is what
    all responses have in common; its lower bound gives the time of reads.

    ``has_wrong_machine_clock`` is true once two responses agreed against the machine's clock.
    """

    def __init__(
        self, monotonic: Callable[[], float], machine: Callable[[], float] | None = None
    ) -> None:
        self.monotonic = monotonic
        self.has_wrong_machine_clock = False
        self.machine = machine or (lambda: time.time())  # looked up at each call
        self._estimate: Bounds | None = None
        self._contradicting: float | None = None  # the last Date that was not believed
        self._id = secrets.token_hex(4)
        self._lock = threading.Lock()

    @property
    def has_estimate(self) -> bool:
        return self._estimate is not None

    def read_time(self, date: str | None, started: float, ended: float) -> ReadTime | None:
        """Return the interval of a read; ``None`` if the response had no usable ``Date``."""
        dated = time_of(date)
        if dated is None:
            return None
        second = dated.timestamp()
        with self._lock:
            said = Bounds(second - ended, second + 1 - started)
            if self._observe(said):
                offset = self._lower()
            else:
                offset, highest = self._candidates(said.lower)
                second = int(ended + highest) + 1
            end = min(max(ended + offset, second), second + ALMOST_A_SECOND)
            clock = f"{self._id}@{_microseconds(started):x}:{_microseconds(ended):x}"
            return ReadTime(_utc(min(started + offset, end)), _utc(end), clock)

    def is_undecided(self, date: str | None) -> bool:
        """Whether a ``Date`` and the machine's clock are far apart, and either may be right.

        That is so until a second ``Date`` agrees with one of them.
        """
        dated = time_of(date)
        if dated is None:
            return False
        with self._lock:
            is_far = abs(dated.timestamp() - self.machine()) > TOLERANCE
            return is_far and self._estimate is None

    def is_plausible(self, date: datetime) -> bool:
        """Whether the ``Date`` of a response that the project hands in may be right.

        One that only the machine's clock contradicts is, once a second ``Date`` agrees with it.
        """
        offset = date.timestamp() - self.monotonic()
        with self._lock:
            if abs(self._near(offset) - offset) == 0:
                return True
            return self._estimate is None and self._is_repeated(offset, TOLERANCE)

    def now(self) -> datetime | None:
        """Return a lower bound of Stripe's time now (UTC); ``None`` before the first read."""
        with self._lock:
            estimate = self._estimate
        return None if estimate is None else _utc(self.monotonic() + estimate.lower)

    def best_now(self) -> datetime:
        """Return Stripe's time now (UTC): that of the estimate, or else of the machine's clock."""
        return self.now() or _utc(self.machine())

    def _candidates(self, offset: float) -> tuple[float, float]:
        """The bounds for a single read whose ``Date`` contradicts what is known, by a little."""
        known = self._lower()
        if abs(offset - known) > TOLERANCE:
            return known, known
        return min(known, offset), max(known, offset)

    def _lower(self) -> float:
        return self._estimate.lower if self._estimate else self.machine() - self.monotonic()

    def _near(self, offset: float) -> float:
        """The offset, if it is close to the median of all that is known; or else that median."""
        machine = self.machine() - self.monotonic()
        known = [offset, machine] + ([self._estimate.lower] if self._estimate else [])
        middle = median(known) if len(known) == 3 else machine
        return offset if abs(offset - middle) <= TOLERANCE else middle

    def _observe(self, said: Bounds) -> bool:
        """Improve the estimate by a ``Date``; false if that contradicts what is known."""
        estimate = self._estimate
        if estimate and said.fits(estimate):
            self._estimate = estimate.narrowed(said)
        elif estimate is None:
            machine = self.machine() - self.monotonic()
            is_confirmed = abs(said.lower - machine) <= NEAR
            if not is_confirmed and not self._is_repeated(said.lower, PRECISION):
                return False
            self._estimate = said
        elif self._is_closer(said, estimate) or self._is_repeated(said.lower, PRECISION):
            self._estimate = said
        else:
            return False
        self._contradicting = None
        return True

    def _is_closer(self, said: Bounds, estimate: Bounds) -> bool:
        """Whether the machine's clock supports a ``Date`` that contradicts the estimate."""
        if self.has_wrong_machine_clock:
            return False
        machine = self.machine() - self.monotonic()
        if abs(said.lower - machine) <= PRECISION:
            return True
        is_far = abs(said.lower - estimate.lower) > TOLERANCE
        return is_far and abs(said.lower - machine) < abs(estimate.lower - machine)

    def _is_repeated(self, offset: float, tolerance: float) -> bool:
        """Whether this ``Date`` agrees with the last one that was not believed."""
        earlier, self._contradicting = self._contradicting, offset
        if earlier is None or abs(earlier - offset) > tolerance:
            return False
        self._warn(self.machine() - self.monotonic() - offset)
        return True

    def _warn(self, ahead: float) -> None:
        if abs(ahead) > TOLERANCE and not self.has_wrong_machine_clock:
            self.has_wrong_machine_clock = True
            direction = "ahead of" if ahead > 0 else "behind"
            logs.CLOCK_DIFFERS(seconds=round(abs(ahead)), direction=direction)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
