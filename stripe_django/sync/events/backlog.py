"""What waits and what failed, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from . import replay


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that failed; ``next_attempt_at`` is unset if it is not tried again by itself."""

    kind: str
    name: str
    event_id: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    reason: str


def counts() -> dict[str, dict[str, int]]:
    """How many events and handlers have which status, and how many reads are waiting."""
    found = replay.everything()
    by_status = {"events": _by_status(found.events), "handlers": _by_status(found.runs)}
    waiting = found.reads.count()
    return {**by_status, "reads": {"waiting": waiting} if waiting else {}}


def _by_status(rows: QuerySet) -> dict[str, int]:
    return dict(rows.values_list("status").annotate(Count("pk")).order_by("status"))


def troubles() -> Iterator[Trouble]:
    """What failed or was given up, the oldest first."""
    work = replay.stuck()
    for event in work.events.order_by("pk").iterator():
        yield _trouble("event", event, event.type, event.reason)
    for run in work.runs.order_by("pk").iterator():
        yield _trouble("handler", run, run.handler, run.error)
    for read in work.reads.order_by("pk").iterator():
        yield _trouble("read", read, str(read), read.error)


def _trouble(kind: str, row: Any, name: str, reason: str) -> Trouble:
    """``row`` is of any of the three models, which have much in common but no base."""
    event_id, status = getattr(row, "event_id", ""), getattr(row, "status", "failed")
    return Trouble(kind, name, event_id, status, row.attempts, row.next_attempt_at, reason)
