"""Everything whose time has come: events, handlers and reads that were not done, or failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import router
from django.utils import timezone

from stripe_django.models import HandlerRun, InboxEvent

from . import dispatch, handling, inbox, settling

BATCH = 100
PAUSE = 10.0  # seconds between looks, within one process

_lock = threading.Lock()
_looked_at = time.monotonic()


def run(limit: int = BATCH) -> int:
    """Try again what is due, at most so much of each kind; answers how much that was."""
    using = router.db_for_write(InboxEvent)
    now = timezone.now()
    events = InboxEvent.objects.using(using).filter(next_attempt_at__lte=now)
    runs = HandlerRun.objects.using(using).filter(next_attempt_at__lte=now)
    found: list[tuple[Callable[..., None], Any]] = [
        *((inbox.process, key) for key in events.values_list("event_id", flat=True)[:limit]),
        *((handling.handle, key) for key in runs.values_list("pk", flat=True)[:limit]),
        *((settling.settle, key) for key in settling.due(limit)),
    ]
    for step, key in found:
        dispatch.run(step, key)
    return len(found)


def run_now_and_then() -> None:
    """Try again what is due, unless this process looked a moment ago.

    So a project without a scheduler gets its retries with the next events.
    """
    global _looked_at
    with _lock:
        if time.monotonic() - _looked_at < PAUSE:
            return
        _looked_at = time.monotonic()
    run()
