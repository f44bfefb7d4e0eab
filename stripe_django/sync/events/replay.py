"""Trying again by hand: what failed, what was given up, and what was applied already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import router
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from stripe_django.models import Event, HandlerRun, InboxEvent, PendingRead, V2CoreEvent
from stripe_django.sync.backoff import LEASE
from stripe_django.sync.repair import bulk_reads, pending_reads

from . import batches, enqueue, handlers
from . import status as event_status

BATCH = 500
STUCK = ("failed", "dead")  # of events as of handlers

Step = Callable[[Sequence[Any]], None]  # does something with rows, by their keys


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do."""

    events: QuerySet
    runs: QuerySet
    reads: QuerySet


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of it: how many of each kind have which status now."""

    events: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> int:
        """How many did not succeed; with tasks, that is not known yet."""
        stuck = sum(counts[status] for counts in (self.events, self.runs) for status in STUCK)
        return stuck + self.reads["failed"]


def everything() -> Work:
    using = router.db_for_write(InboxEvent)
    return Work(
        InboxEvent.objects.using(using),
        HandlerRun.objects.using(using),
        PendingRead.objects.using(using),
    )


def nothing() -> Work:
    found = everything()
    return Work(found.events.none(), found.runs.none(), found.reads.none())


def of_runs(runs: QuerySet) -> Work:
    """The handlers of these that have not done their work."""
    return replace(nothing(), runs=runs.exclude(status=HandlerRun.Status.DONE))


def due() -> Work:
    """What would be tried now anyway."""
    now = timezone.now()
    found = everything()
    return Work(
        found.events.filter(next_attempt_at__lte=now),
        found.runs.filter(next_attempt_at__lte=now),
        found.reads.filter(next_attempt_at__lte=now),
    )


def stuck(*, dead_only: bool = False) -> Work:
    """What failed, whenever it would be tried again, and what was given up; or the latter."""
    found, statuses = everything(), STUCK[1:] if dead_only else STUCK
    return Work(
        found.events.filter(status__in=statuses),
        found.runs.filter(status__in=statuses),
        found.reads.none() if dead_only else found.reads.exclude(error=""),
    )


def unfinished(event_ids: Sequence[str] | QuerySet) -> Work:
    """What is left to do of these events."""
    found = everything()
    return Work(
        found.events.filter(event_id__in=event_ids).exclude(status__in=event_status.DONE),
        found.runs.filter(event_id__in=event_ids).exclude(status=HandlerRun.Status.DONE),
        found.reads.none(),
    )


def finished(event_ids: Sequence[str] | QuerySet | None = None) -> Work:
    """Events that were applied, all or these, but for those whose content was erased."""
    found = everything()
    is_here = ~Q(body="")
    for model in (Event, V2CoreEvent):
        is_here |= Q(Exists(model.objects.filter(stripe_id=OuterRef("event_id"))))
    events = found.events.filter(is_here, status__in=event_status.DONE)
    if event_ids is not None:
        events = events.filter(event_id__in=event_ids)
    return replace(nothing(), events=events)


def unknown(event_ids: Sequence[str]) -> list[str]:
    """Those of the ids that no event has."""
    here = everything().events.filter(event_id__in=event_ids)
    return sorted(set(event_ids) - set(here.values_list("event_id", flat=True)))


def run(work: Work) -> Tried:
    """Do it, or have it done by tasks. Handlers that an event had already are not run again."""
    tried = Tried()
    for _, batch in _tried(work.events, "event_id", batches.begin):
        tried.events.update(batch.values_list("status", flat=True))
    for _, batch in _tried(work.runs, "pk", _each(handlers.handle)):
        tried.runs.update(batch.values_list("status", flat=True))
    if work.reads.exists():
        tried.reads.update(settled=bulk_reads.run())
    for size, batch in _tried(work.reads, "pk", _each(pending_reads.settle), lease=timedelta()):
        errors = list(batch.values_list("error", flat=True))
        left = Counter("failed" if error else "waiting" for error in errors)
        tried.reads.update(left + Counter(settled=size - len(errors)))
    return tried


def _each(step: Callable[[Any], None]) -> Step:
    """A step that is done for one after the other, or by a task for each."""

    def begin(keys: Sequence[Any]) -> None:
        for key in keys:
            enqueue.run(step, key)

    return begin


def _tried(
    rows: QuerySet, key: str, step: Step, *, lease: timedelta = LEASE
) -> Iterator[tuple[int, QuerySet]]:
    """Do a step for all rows, some at a time; yields those, and how many they were.

    Meanwhile nobody else tries events and handlers, for the time of the lease; a read is claimed
    by whoever settles it.
    """
    last = 0
    while batch := dict(rows.filter(pk__gt=last).order_by("pk").values_list("pk", key)[:BATCH]):
        last = max(batch)
        chosen = rows.model._default_manager.using(rows.db).filter(pk__in=batch)
        chosen.update(next_attempt_at=timezone.now() + lease)
        step(list(batch.values()))
        yield len(batch), chosen
