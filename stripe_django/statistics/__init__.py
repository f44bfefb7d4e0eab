"""The statistics of the admin's overview, updated in small steps beside the sync.

``stripe_sync`` at its end, ``stripe_events`` and tasks update what is due within a time limit; in a
project that runs none of them, webhook requests do. No statement of the sync itself is for
statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from datetime import timedelta

from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from stripe_django import logs, registry

from . import (
    business,
    event_counts,
    last_full_reads,
    mrr,
    payment_volume,
    row_counts,
    versions,
)
from .lease import Turn, taken, using
from .volume import Volume, volume

__all__ = ["ALL", "EVERY", "QUICK", "Steps", "Volume", "ask", "keep", "refresh", "volume"]

EVERY = timedelta(minutes=1)

Steps = Callable[[Turn], Iterator[None]]
QUICK: tuple[Steps, ...] = (
    event_counts.steps,
    row_counts.steps,
    last_full_reads.steps,
    payment_volume.steps,
)
# Of a large table of subscriptions, one month may take long, the first time all versions, and
# each analysis, which reads the versions.
ALL = (*QUICK, mrr.steps, versions.steps, business.steps)


def refresh(
    *, seconds: float = math.inf, every: timedelta = timedelta(), parts: Collection[Steps] = ALL
) -> bool:
    """Update what is due; returns whether all of it is done.

    After ``seconds`` no further step begins. False if another process has the lease, or had it less
    than ``every`` ago.
    """
    with taken(seconds, every) as turn:
        if turn is None:
            return False
        for part in parts:
            for _ in part(turn):
                if turn.is_over:
                    return False
        turn.state.refreshed_at = timezone.now()
        turn.save("refreshed_at")
    return True


def ask(names: Collection[str] | None = None) -> None:
    """Mark these objects, or all, to be counted again by the next refresh."""
    found = (
        names if names is not None else [model.stripe.object_name for model in registry.models()]
    )
    for part in (row_counts, payment_volume, mrr, versions, business):
        part.mark_all(found, using())


def keep(
    *,
    seconds: float,
    asked: Collection[str] = (),
    every: timedelta = timedelta(),
    parts: Collection[Steps] = ALL,
) -> None:
    """Refresh without raising database errors, beside more important work.

    Everything about the objects in ``asked`` is counted again.
    """
    # Inside the caller's transaction, an error rolls back only this.
    is_inside = connections[using()].in_atomic_block
    try:
        with transaction.atomic(using=using()) if is_inside else nullcontext():
            if asked:
                ask(asked)
            refresh(seconds=seconds, every=every, parts=parts)
    except DatabaseError as error:
        logs.STATISTICS_FAILED(error)
