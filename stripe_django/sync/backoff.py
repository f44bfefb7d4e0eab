"""When a failed attempt is repeated, and the text that is stored about its error."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.utils import timezone

from stripe_django.privacy.error_text import described

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=6)
ATTEMPTS = 12  # about a day in all
LEASE = timedelta(minutes=5)  # after which the process that claimed work counts as dead


def next_attempt(attempts: int) -> datetime | None:
    """When to retry after so many attempts (UTC), or ``None`` if there are none left.

    The wait doubles each time, give or take a quarter, so that what failed together is not retried
    together.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = min(FIRST * 2 ** (attempts - 1), LONGEST) * random.uniform(0.75, 1.25)
    again: datetime = timezone.now() + wait
    return again


def storable(text: str) -> str:
    """Return text that every database can store, whatever an error or a traceback contains."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def format_error(error: Exception) -> str:
    return storable(described(error))
