"""When what failed is tried again, and what is said of it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.utils import timezone

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=6)
ATTEMPTS = 12  # about a day in all
LEASE = timedelta(minutes=5)  # after which work that was begun counts as abandoned


def next_attempt(attempts: int) -> datetime | None:
    """When to try again after so many attempts (UTC): twice as long each time, give or take a
    quarter, so that what failed together is not tried together. ``None`` to give up.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = min(FIRST * 2 ** (attempts - 1), LONGEST) * random.uniform(0.75, 1.25)
    again: datetime = timezone.now() + wait
    return again


def storable(text: str) -> str:
    """Text that every database takes, whatever an error or a traceback had in it."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def told(error: Exception) -> str:
    return storable(f"{type(error).__name__}: {error}")
