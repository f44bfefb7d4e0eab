"""When a billing period ends."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .context import DAY

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def months_after(moment: int, months: int, day: int = 0) -> int:
    """That many months later (Unix seconds), on a ``day`` of the month if it has one so late."""
    start = datetime.fromtimestamp(moment, UTC)
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    last = monthrange(year, month)[1]
    return int(start.replace(year=year, month=month, day=min(day or start.day, last)).timestamp())


def end_of_period(start: int, price: Mapping[str, Any], anchor: int) -> int:
    """The end of the period of a recurring price that begins at ``start``.

    A month ends on the day of the ``anchor``, or on its last day.
    """
    recurring = price["recurring"]
    interval, count = recurring["interval"], recurring["interval_count"]
    if interval in DAYS:
        return start + DAYS[interval] * int(count) * DAY
    day = datetime.fromtimestamp(anchor, UTC).day
    return months_after(start, MONTHS[interval] * count, day)
