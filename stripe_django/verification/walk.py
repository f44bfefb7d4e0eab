"""Pages of lists and single reads, fetched by several workers while the caller compares."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from stripe_django.api.client import Page
from stripe_django.exceptions import CursorGoneError, StripeDjangoError
from stripe_django.sync.backfill import engine
from stripe_django.sync.backfill.list_endpoints import Listing
from stripe_django.sync.backfill.partitions import (
    FetchResult,
    OnTestClocks,
    Partition,
    PerParent,
    TimeRange,
)
from stripe_django.sync.backfill.worker_pool import WorkerPool
from stripe_django.sync.ingest import Owner, PageWriter

from . import heartbeat, sightings
from .heartbeat import Heartbeat
from .sightings import Subject

T = TypeVar("T")

Listed = tuple[Page, Owner | None]


@dataclass(slots=True)
class Walk:
    """The lists of one type of object; ``partitions`` are those that are not read to the end."""

    writer: PageWriter
    listing: Listing
    workers: int
    heartbeat: Heartbeat
    until: datetime | None = None
    partitions: list[Partition] = field(default_factory=list)

    def begin(self) -> None:
        is_live = self.writer.home.livemode
        split = engine.live_partitions if is_live else engine.partitions
        self.partitions = [*split(self.listing)]
        if self.until is not None and self.listing.is_divisible:
            for each in self.partitions:
                if isinstance(each, TimeRange):
                    each.end = int(self.until.timestamp())

    @property
    def state(self) -> list[Any]:
        """How far it was read, as JSON."""
        return [
            [each.kind, *(getattr(each, name, None) for name in ("start", "end")), each.state]
            for each in self.partitions
            if not each.is_done
        ]

    def restore(self, state: list[Any]) -> None:
        self.begin()
        whole = {each.kind: each for each in self.partitions}
        self.partitions = []
        for kind, start, end, cursor in state:
            is_range = isinstance(whole[kind], TimeRange)
            each = TimeRange(self.listing, start=start, end=end) if is_range else whole[kind]
            each.restore(cursor)
            self.partitions.append(each)

    def pages(self) -> Iterator[Listed]:
        """Yield each page; ``state`` is then that behind it."""
        pool: WorkerPool[FetchResult] = WorkerPool(self.workers)
        waiting = deque(self.partitions)
        try:
            while waiting or pool.busy:
                self._submit(waiting, pool)
                if pool.busy:
                    result = _next_result(pool, self.heartbeat)
                    yield from self._take(result, waiting, pool)
        finally:
            pool.shutdown()

    def _submit(self, waiting: deque[Partition], pool: WorkerPool[FetchResult]) -> None:
        while waiting and pool.idle:
            each = waiting.popleft()
            if isinstance(each, PerParent) and not self._has_parents(each):
                self.partitions.remove(each)
            else:
                pool.submit(each.fetch)

    def _has_parents(self, each: PerParent) -> bool:
        if not each.parents:
            place = self.writer.using, self.writer.account, self.writer.home.livemode
            each.parents = each.listing.parents(*place, after=each.after)
        return bool(each.parents)

    def _take(
        self, result: FetchResult, waiting: deque[Partition], pool: WorkerPool[FetchResult]
    ) -> Iterator[Listed]:
        each = result.partition
        if isinstance(result.error, CursorGoneError) and each.cursor.step_back():
            waiting.append(each)
            return
        if result.error is not None:
            raise result.error
        if result.page is not None:
            page = each.take(result.page)
            each.pages += 1
            if each.problem:
                raise StripeDjangoError(each.problem)
            self._split(each, waiting, pool)
            yield page, result.owner
        elif isinstance(each, PerParent):
            if result.refusal and not isinstance(each, OnTestClocks):
                raise StripeDjangoError(result.refusal)
            each.finish_parent(result.refusal)
        if each.is_done:
            self.partitions.remove(each)
        else:
            waiting.append(each)

    def _split(
        self, each: Partition, waiting: deque[Partition], pool: WorkerPool[FetchResult]
    ) -> None:
        """Split off some of the rest for idle workers."""
        spare = pool.idle - len(waiting)
        if isinstance(each, TimeRange) and spare > 1:
            new = each.split(spare)
            self.partitions += new
            waiting += new


class Read(NamedTuple):
    """The read of one object, or the error instead of it."""

    subject: Subject
    page: Page | None = None
    error: Exception | None = None


def read_all(
    writer: PageWriter, subjects: Iterable[Subject], workers: int, heartbeat: Heartbeat
) -> Iterator[Read]:
    """Read objects, several at once; they come as they are read."""
    pool: WorkerPool[Read] = WorkerPool(workers)
    left = iter(subjects)
    try:
        while True:
            while pool.idle and (subject := next(left, None)) is not None:
                pool.submit(partial(_read, writer, subject))
            if not pool.busy:
                return
            yield _next_result(pool, heartbeat)
    finally:
        pool.shutdown()


def _next_result(pool: WorkerPool[T], beat: Heartbeat) -> T:
    """However long Stripe, or the limit of requests, lets it wait."""
    while (result := pool.next_result(heartbeat.EVERY)) is None:
        beat()
    beat()
    return result


def _read(writer: PageWriter, subject: Subject) -> Read:
    try:
        return Read(subject, sightings.read(writer, subject))
    except Exception as error:  # of any kind: the caller decides what follows
        return Read(subject, error=error)
