"""The time at the fake, which need not be this machine's."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate


class Clock:
    """Runs with this machine's clock until it is set; then it stands still until it is moved."""

    def __init__(self) -> None:
        self._set: float | None = None
        self._ahead = 0.0

    @property
    def seconds(self) -> float:
        """Unix seconds."""
        return time.time() + self._ahead if self._set is None else self._set

    @property
    def is_set(self) -> bool:
        """Whether the time stands still."""
        return self._set is not None

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    @property
    def date(self) -> str:
        """For the header of that name."""
        return formatdate(self.seconds, usegmt=True)

    def set(self, moment: datetime | float | None) -> None:
        if moment is None:
            self._set, self._ahead = None, 0.0
            return
        self._set = moment.timestamp() if isinstance(moment, datetime) else float(moment)

    def advance(self, seconds: float) -> None:
        if self._set is None:
            self._ahead += seconds
        else:
            self._set += seconds


def seconds_of(value: object) -> float:
    """Unix seconds of a time as Stripe writes it, in either of its two ways; 0 if it is none."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return 0.0
    return float(value) if isinstance(value, int | float) else 0.0


def written(moment: datetime) -> str:
    """A time as version 2 of Stripe's API writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
