"""Waiting until another run of the same account has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _

from stripe_django.exceptions import AlreadyRunningError

PAUSE = 1.0  # seconds between two attempts

Done = TypeVar("Done")


def in_turn(sync: Callable[[], Done], notify: Callable[[str], None]) -> Done:
    """Retry while another run is active; ``notify`` receives the reason of the first wait."""
    is_notified = False
    while True:
        try:
            return sync()
        except AlreadyRunningError as error:
            if not is_notified:
                notify(_("Waiting. %(error)s") % {"error": error})
                is_notified = True
        time.sleep(PAUSE)
