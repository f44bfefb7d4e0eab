"""How far a run has come, stored so that an interrupted run can be resumed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from stripe_django.exceptions import OvertakenError
from stripe_django.models import SyncRange, SyncRun
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.report import Report

from .list_endpoints import Listing
from .partitions import OnTestClocks, Partition, PerParent, Singleton, TimeRange
from .progress import Status

ATTEMPTS = 12  # at a transaction: SQLite has one writer at a time, and a command can wait
HEARTBEAT = 5.0  # seconds between two
TYPES = {each.kind: each for each in (Singleton, PerParent, OnTestClocks, TimeRange)}
UNFINISHED = (SyncRange.Status.WAITING, SyncRange.Status.FAILED)
ENDED = {Status.UNAVAILABLE: SyncRange.Status.UNAVAILABLE, Status.FAILED: SyncRange.Status.FAILED}


def transactions(using: str) -> Iterator[AbstractContextManager[None]]:
    """The transactions of a command; see ``upsert.transactions``."""
    return upsert.transactions(using, attempts=ATTEMPTS)


class Checkpoints:
    """Stores nothing: an interrupted run has to start again."""

    def partitions(
        self, listings: Sequence[Listing], partition: Callable[[Listing], Iterable[Partition]]
    ) -> deque[Partition]:
        """What is left to read."""
        return deque(each for listing in listings for each in partition(listing))

    def heartbeat(self) -> None:
        """Record that the run is alive."""

    def save(
        self, partition: Partition, as_of: datetime | None = None, report: Report | None = None
    ) -> None:
        """Store how far a partition was read, and the outcome of a page that was true at a moment.

        Belongs in the transaction that writes the page.
        """

    def split(self, partition: Partition, others: Sequence[TimeRange]) -> None:
        """Store what was split off a partition."""

    def mark_failed(self, partition: Partition, status: Status, error: str) -> None:
        """Store that a partition has failed; if it is unavailable, all of its object type."""


class StoredCheckpoints(Checkpoints):
    """Stores a row for each partition of a run."""

    def __init__(self, run: SyncRun, using: str) -> None:
        self.run = run
        self.using = using
        self._last_heartbeat = time.monotonic()

    @property
    def rows(self) -> Any:
        # Not ``run.ranges``: a related manager reads where the router sends reads.
        return SyncRange.objects.using(self.using).filter(run=self.run)

    @property
    def has_pages(self) -> bool:
        """Whether anything was read, also by an earlier process."""
        return bool(self.rows.filter(pages__gt=0).exists())

    def partitions(
        self, listings: Sequence[Listing], partition: Callable[[Listing], Iterable[Partition]]
    ) -> deque[Partition]:
        found = [each for listing in listings for each in partition(listing)]
        for attempt in transactions(self.using):
            with attempt:
                partitions = self._unfinished(listings) + self._begun(found)
        return deque(partitions)

    def _unfinished(self, listings: Sequence[Listing]) -> list[Partition]:
        listed = {each.model.stripe.object_name: each for each in listings}
        unfinished = self.rows.filter(status__in=UNFINISHED, object_name__in=listed).order_by("pk")
        found = [_restored(row, listed[row.object_name]) for row in unfinished]
        self.rows.filter(status=SyncRange.Status.FAILED).update(
            status=SyncRange.Status.WAITING, error=""
        )
        return found

    def _begun(self, partitions: Iterable[Partition]) -> list[Partition]:
        """Those that the run has no checkpoint of yet."""
        known = set(self.rows.values_list("object_name", "kind"))
        names = {name for name, _ in known}
        found = []
        for each in partitions:
            if isinstance(each, OnTestClocks):  # is stored once there is such a clock
                is_new = (each.model.stripe.object_name, each.kind) not in known
            elif is_new := each.model.stripe.object_name not in names:
                self._add(each)
            found += [each] if is_new else []
        return found

    def _add(self, partition: Partition) -> None:
        row = SyncRange(
            run=self.run,
            object_name=partition.model.stripe.object_name,
            kind=partition.kind,
        )
        if isinstance(partition, TimeRange):
            row.start, row.end = partition.start, partition.end
        row.save(using=self.using)
        partition.key = row.pk

    def heartbeat(self) -> None:
        if time.monotonic() - self._last_heartbeat < HEARTBEAT:
            return
        self._last_heartbeat = time.monotonic()
        mine = SyncRun.objects.using(self.using).filter(
            pk=self.run.pk, running=self.run.running, process=self.run.process
        )
        for attempt in transactions(self.using):
            with attempt:
                is_mine = mine.update(seen_at=timezone.now())
        if not is_mine:
            raise OvertakenError

    def save(
        self, partition: Partition, as_of: datetime | None = None, report: Report | None = None
    ) -> None:
        for attempt in transactions(self.using):
            with attempt:
                self._save(partition, report)
                # The same again if the transaction was rolled back and retried.
                if as_of is not None and self.run.as_of in (None, as_of):
                    self.run.as_of = as_of
                    self.run.save(using=self.using, update_fields=["as_of"])

    def _save(self, partition: Partition, report: Report | None) -> None:
        counted: dict[str, Any] = {}
        for (_, outcome), count in report.counts.items() if report else ():
            counted[str(outcome)] = counted.get(str(outcome), F(str(outcome))) + count
        if isinstance(partition, TimeRange):
            counted["start"] = partition.start
        status = SyncRange.Status.DONE if partition.is_done else SyncRange.Status.WAITING
        state = {"cursor": partition.state, "status": status}
        read = {"pages": partition.pages, "read": partition.read}
        if not self.rows.filter(pk=partition.key).update(**state, **read, **counted):
            self._add(partition)  # also if that was rolled back
            self.rows.filter(pk=partition.key).update(**state, **read, **counted)

    def split(self, partition: Partition, others: Sequence[TimeRange]) -> None:
        if not others:
            return
        assert isinstance(partition, TimeRange)
        for attempt in transactions(self.using):
            with attempt:
                for each in others:
                    self._add(each)
                self.rows.filter(pk=partition.key).update(start=partition.start)

    def mark_failed(self, partition: Partition, status: Status, error: str) -> None:
        rows = self.rows.filter(object_name=partition.model.stripe.object_name)
        if status is not Status.UNAVAILABLE:
            rows = rows.filter(pk=partition.key)
        waiting = rows.filter(status=SyncRange.Status.WAITING)
        for attempt in transactions(self.using):
            with attempt:
                waiting.update(status=ENDED[status], error=error)


def _restored(row: SyncRange, listing: Listing) -> Partition:
    if row.kind == OnTestClocks.kind:
        listing = listing.test_clocks()
    partition = TYPES[row.kind](listing, key=row.pk, pages=row.pages, read=row.read)
    if isinstance(partition, TimeRange):
        partition.start, partition.end = row.start, row.end
    if row.cursor is not None:
        partition.restore(row.cursor)
    return partition
