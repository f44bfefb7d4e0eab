"""Waiting until another run of the same account has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from stripe_django.exceptions import AlreadyRunningError

PAUSE = 1.0  # seconds between two attempts

Done = TypeVar("Done")


def in_turn(sync: Callable[[], Done], tell: Callable[[str], None]) -> Done:
    """Call until no other run is in the way; ``tell`` gets the reason of the first wait."""
    is_told = False
    while True:
        try:
            return sync()
        except AlreadyRunningError as error:
            if not is_told:
                tell(f"Waiting. {error}")
                is_told = True
        time.sleep(PAUSE)
