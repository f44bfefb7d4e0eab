"""Everything whose time has come: events, handlers and reads that were not done, or failed."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.db import models, router
from django.utils import timezone

from stripe_django import statistics
from stripe_django.models import HandlerRun, InboxEvent
from stripe_django.sync.backoff import LEASE
from stripe_django.sync.repair import bulk_reads, pending_reads

from . import enqueue, handlers, processor

BATCH = 100
PAUSE = 10.0  # seconds between looks, within one process
SHORT = 2.0  # seconds that a request may be kept
FIGURES = 0.5  # seconds of them for the statistics

_lock = threading.Lock()
_looked_at = time.monotonic()

Step = Callable[..., None]


def run(limit: int = BATCH, *, seconds: float = math.inf) -> int:
    """Try again what is due, at most so much of each kind; answers how much that was.

    After ``seconds`` nothing more is begun.
    """
    end = time.monotonic() + seconds
    count = bulk_reads.run() if math.isinf(seconds) else 0  # not while a request waits
    for step, argument in chain(
        _claimed(InboxEvent, "event_id", processor.process, limit),
        _claimed(HandlerRun, "pk", handlers.handle, limit),
        ((pending_reads.settle, read) for read in pending_reads.due(limit)),  # claimed by itself
    ):
        enqueue.run(step, argument)
        count += 1
        if time.monotonic() > end:
            break
    return count


def _claimed(
    model: type[models.Model], key: str, step: Step, limit: int
) -> Iterator[tuple[Step, Any]]:
    """What is due of one kind, each just before its turn.

    Nobody else gets it for a while, so that several processes neither use up its attempts at once
    nor fill a queue with it.
    """
    rows = model._default_manager.using(router.db_for_write(model))
    waiting = rows.filter(next_attempt_at__lte=timezone.now()).order_by("next_attempt_at")
    for pk, argument, at in waiting.values_list("pk", key, "next_attempt_at")[:limit]:
        same = rows.filter(pk=pk, next_attempt_at=at)
        if same.update(next_attempt_at=timezone.now() + LEASE):
            yield step, argument


def run_now_and_then() -> None:
    """Try again what is due, unless this process looked a moment ago.

    So a project without a scheduler gets its retries with the next events.
    """
    global _looked_at
    with _lock:
        if time.monotonic() - _looked_at < PAUSE:
            return
        _looked_at = time.monotonic()
    run(seconds=SHORT)
    statistics.keep(seconds=FIGURES, every=statistics.EVERY, parts=statistics.QUICK)
