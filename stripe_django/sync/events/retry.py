"""Retries: everything that is due, or what a person chooses."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.api import request_limit
from stripe_django.conf import settings
from stripe_django.models import HandlerRun, InboxEvent, PendingRead, RetrySchedule
from stripe_django.schemas import tables_of
from stripe_django.sync import change_feed, open_writes, watch
from stripe_django.sync.database import claims, keyset
from stripe_django.sync.repair import bulk_reads, pending_reads

from . import backlog, batches, enqueue, handlers, processor, store
from .backlog import Work

BATCH = 100
PAUSE = 10.0  # seconds between two looks of one process at what is due
REQUEST_SECONDS = 1.0  # that a request may be kept
SCHEDULED = timedelta(hours=1)  # without a command or a task, after which requests retry

_lock = threading.Lock()
_began_at = time.monotonic()
_looked_at: dict[str, float] = {}  # by the tables


@dataclass(slots=True)
class Retried:
    """What became of it: how many of each kind have which status now.

    ``count`` is how much of the work was tried; ``runs`` has also the handlers that its events ran.
    """

    count: int = 0
    events: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    refetches: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> int:
        """How many did not succeed; with tasks, that is not known yet."""
        kinds = (self.events, self.runs, self.refetches)
        return sum(counts[status] for counts in kinds for status in backlog.FAILED)


def run_due(limit: int = BATCH, *, seconds: float = math.inf) -> int:
    """Retry what is due, at most so much of each kind; return how much that was.

    After ``seconds`` nothing more is begun.
    """
    return run(backlog.due(), limit=limit, seconds=seconds).count


def run_scheduled(limit: int = BATCH, *, seconds: float = math.inf) -> int:
    """The same for commands and tasks: as long as these run, requests retry nothing."""
    note_schedule()
    change_feed.maintain(store.using())
    return run_due(limit, seconds=seconds)


def note_schedule() -> None:
    """Store that a command or a task retries what is due."""
    rows = RetrySchedule.objects.using(store.using())
    now = timezone.now()
    if not rows.filter(pk=RetrySchedule.SINGLETON).update(ran_at=now):
        rows.get_or_create(pk=RetrySchedule.SINGLETON, defaults={"ran_at": now})


def is_turn() -> bool:
    """Whether this process has not looked for ``PAUSE`` seconds; it has then."""
    tables, now = tables_of(store.using()), time.monotonic()
    with _lock:
        if now - _looked_at.get(tables, _began_at) < PAUSE:
            return False
        _looked_at[tables] = now
        return True


def is_scheduled() -> bool:
    """Whether commands or tasks have retried what is due lately."""
    since = timezone.now() - SCHEDULED
    return RetrySchedule.objects.using(store.using()).filter(ran_at__gte=since).exists()


def run(work: Work, *, limit: int | None = None, seconds: float = math.inf) -> Retried:
    """Retry this work, or have tasks do it. Handlers that were done for an event are not repeated.

    What has ended its process at each attempt is dead-lettered first.
    """
    open_writes.queue_due(store.using())
    dead_letter_killers()
    end = time.monotonic() + seconds
    size = BATCH if math.isinf(seconds) or seconds > REQUEST_SECONDS else 1
    done, runs = Retried(), dict[int, str]()
    for chunk in _chunks(work.events.only("event_id"), limit, size, end):
        ids = [event.event_id for event in chunk]
        with _noting_runs(ids, runs):
            retried = _retry_events(work.events, ids)
        done.events.update(_statuses(work.events, retried, "event_id").values())
        done.count += len(retried)
    for chunk in _chunks(work.runs.only("pk"), limit, size, end):
        tried = _retry_runs(work.runs, [run.pk for run in chunk])
        runs.update(_statuses(work.runs, tried, "pk"))
        done.count += len(tried)
    done.runs.update(runs.values())
    if math.isinf(seconds) and not settings.tasks and work.refetches.exists():
        done.refetches.update({pending_reads.Outcome.RESOLVED: bulk_reads.run()})
    for chunk in _chunks(work.refetches.only("pk"), limit, size, end):
        if request_limit.may_read():
            done.refetches.update(_retry_refetches(work.refetches, [read.pk for read in chunk]))
    done.count += done.refetches.total()
    return done


def _chunks(rows: QuerySet[Any], limit: int | None, size: int, end: float) -> Iterator[list[Any]]:
    """Rows in the order of their keys, until there were ``limit`` or the time is over."""
    left = math.inf if limit is None else limit
    for chunk in keyset.batches(rows, int(min(size, left))):
        yield chunk
        left -= len(chunk)
        if left <= 0 or time.monotonic() > end:
            return


def _retry_events(among: QuerySet[InboxEvent], ids: Sequence[str]) -> Sequence[str]:
    if not settings.tasks:
        return batches.process(ids, among)
    chosen = among.filter(event_id__in=ids)
    killed = claims.due(chosen).filter(claimed_at__isnull=False)  # not to be batched by "apply"
    killed.update(status=InboxEvent.Status.FAILED, reason="Its process died.")
    claims.hand_over(InboxEvent.objects.using(among.db).filter(event_id__in=ids))
    for event_id in ids:
        enqueue.run(processor.process, event_id)
    return ids


def _retry_runs(among: QuerySet[HandlerRun], keys: Sequence[int]) -> Sequence[int]:
    if not settings.tasks:
        return [key for key in keys if handlers.run(key, among)]
    claims.hand_over(among.filter(pk__in=keys))
    for key in keys:
        enqueue.run(handlers.run, key)
    return keys


def _retry_refetches(among: QuerySet[PendingRead], keys: Sequence[int]) -> Iterator[str]:
    if settings.tasks:
        claims.hand_over(among.filter(pk__in=keys))
    for key in keys:
        if settings.tasks:
            enqueue.run(pending_reads.refetch, key)
            yield "enqueued"
        elif outcome := pending_reads.refetch(key, among):
            yield outcome


@contextmanager
def _noting_runs(event_ids: Sequence[str], statuses: dict[int, str]) -> Iterator[None]:
    """Add the statuses of those runs of handlers that these events have new, or tried again."""
    of_events = backlog.everything().runs.filter(event_id__in=event_ids)
    before = dict(of_events.values_list("pk", "attempts"))
    yield
    for key, attempts, status in of_events.values_list("pk", "attempts", "status"):
        if before.get(key) != attempts:
            statuses[key] = status


def _statuses(rows: QuerySet[Any], keys: Sequence[Any], name: str) -> dict[Any, str]:
    chosen = rows.model._base_manager.using(rows.db).filter(**{f"{name}__in": keys})
    return dict(chosen.values_list(name, "status"))


def dead_letter_killers() -> None:
    """Give no more attempts to what ended its process at each of them."""
    work, now = backlog.everything(), timezone.now()
    for event in claims.exhausted(work.events):
        processor.dead_letter(event, claims.KILLED)
    ended = {"error": claims.KILLED, "next_attempt_at": None, "claimed_at": None}
    dead = HandlerRun.Status.DEAD
    for run in claims.exhausted(work.runs):
        mine = claims.exhausted(work.runs.filter(pk=run.pk))
        if mine.update(status=dead, finished_at=now, **ended):
            watch.run_ended(run, dead, claims.KILLED)
    for read in claims.exhausted(work.refetches):
        if claims.exhausted(work.refetches.filter(pk=read.pk)).update(**ended):
            watch.refetch_failed(read, claims.KILLED, is_dead=True)
