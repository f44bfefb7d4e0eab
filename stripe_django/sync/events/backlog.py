"""The work that is left: what is due, what failed, and what a person may choose to retry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from stripe_django.models import Event, HandlerRun, InboxEvent, PendingRead, V2CoreEvent
from stripe_django.sync.database import claims

from . import status, store

DEAD = "dead"
FAILED = ("failed", DEAD)  # statuses of events, of handlers, and of refetches


@dataclass(frozen=True, slots=True)
class Work:
    """Events, runs of handlers and refetches."""

    events: QuerySet[InboxEvent]
    runs: QuerySet[HandlerRun]
    refetches: QuerySet[PendingRead]


@dataclass(frozen=True, slots=True)
class WorkFailure:
    """Something that failed; ``next_attempt_at`` is unset if it is retried only manually."""

    kind: str
    name: str
    event_id: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    reason: str


def everything() -> Work:
    using = store.using()
    return Work(store.inbox(), HandlerRun.objects.using(using), PendingRead.objects.using(using))


def nothing() -> Work:
    found = everything()
    return Work(found.events.none(), found.runs.none(), found.refetches.none())


def due() -> Work:
    """What would be retried now anyway."""
    found = everything()
    return Work(claims.due(found.events), claims.due(found.runs), claims.due(found.refetches))


def failed(*, dead_only: bool = False) -> Work:
    """What failed, whenever it would be retried, and what was dead-lettered; or only the latter."""
    found, statuses = everything(), (DEAD,) if dead_only else FAILED
    refetches = found.refetches.exclude(error="")
    return Work(
        found.events.filter(status__in=statuses),
        found.runs.filter(status__in=statuses),
        refetches.filter(next_attempt_at=None) if dead_only else refetches,
    )


def of_runs(runs: QuerySet[HandlerRun]) -> Work:
    """Those of the runs that are not done."""
    return replace(nothing(), runs=runs.exclude(status=HandlerRun.Status.DONE))


def unfinished(event_ids: Sequence[str] | QuerySet[Any]) -> Work:
    """What is left to do of these events."""
    found = everything()
    return Work(
        found.events.filter(event_id__in=event_ids).exclude(status__in=status.DONE),
        found.runs.filter(event_id__in=event_ids).exclude(status=HandlerRun.Status.DONE),
        found.refetches.none(),
    )


def finished(event_ids: Sequence[str] | QuerySet[Any] | None = None) -> Work:
    """Events that were applied, all or these, without those whose content was erased."""
    found = everything()
    is_here = ~Q(body="")
    for model in (Event, V2CoreEvent):
        is_here |= Q(Exists(model.objects.filter(stripe_id=OuterRef("event_id"))))
    events = found.events.filter(is_here, status__in=status.DONE)
    if event_ids is not None:
        events = events.filter(event_id__in=event_ids)
    return replace(nothing(), events=events)


def unknown(event_ids: Sequence[str]) -> list[str]:
    """Those of the ids that no event has."""
    here = everything().events.filter(event_id__in=event_ids)
    return sorted(set(event_ids) - set(here.values_list("event_id", flat=True)))


def counts() -> dict[str, dict[str, int]]:
    """How many events and handlers have which status, and how many refetches are pending."""
    found = everything()
    refetches = {
        "pending": found.refetches.exclude(next_attempt_at=None).count(),
        DEAD: found.refetches.filter(next_attempt_at=None).count(),
    }
    return {
        "events": _by_status(found.events),
        "handlers": _by_status(found.runs),
        "refetches": {name: count for name, count in refetches.items() if count},
    }


def _by_status(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.values_list("status").annotate(Count("pk")).order_by("status"))


def failures() -> Iterator[WorkFailure]:
    """What failed or was dead-lettered, the oldest first."""
    work = failed()
    for event in work.events.order_by("pk").iterator():
        yield _failure("event", event, event.type, event.reason)
    for run in work.runs.order_by("pk").iterator():
        yield _failure("handler", run, run.handler, run.error)
    for read in work.refetches.order_by("pk").iterator():
        yield _failure("refetch", read, str(read), read.error)


def _failure(kind: str, row: Any, name: str, reason: str) -> WorkFailure:
    """``row`` is of any of the three models."""
    event_id = getattr(row, "event_id", "")
    status = getattr(row, "status", "failed" if row.next_attempt_at else DEAD)
    return WorkFailure(kind, name, event_id, status, row.attempts, row.next_attempt_at, reason)
