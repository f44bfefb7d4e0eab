"""How far a run has come, stored so that any process can read on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from stripe_django import registry
from stripe_django.models import SyncRange, SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.sync.database import retries
from stripe_django.sync.writer.report import Report

from . import lease_terms
from .lease_terms import RELEASED
from .list_endpoints import Listing
from .partitions import LeaseEndedError, OnTestClocks, Partition, PerParent, Singleton, TimeRange
from .processes import this_process
from .progress import Status

MANY = 100  # runs
ATTEMPTS = 12  # at a transaction: SQLite has one writer at a time, and a command can wait
TYPES = {each.kind: each for each in (Singleton, PerParent, OnTestClocks, TimeRange)}
WAITING = SyncRange.Status.WAITING
UNFINISHED = (WAITING, SyncRange.Status.FAILED)
ENDED = {Status.UNAVAILABLE: SyncRange.Status.UNAVAILABLE, Status.FAILED: SyncRange.Status.FAILED}


def transactions(using: str) -> Iterator[AbstractContextManager[None]]:
    """The transactions of a command; see ``retries.transactions``."""
    return retries.transactions(using, attempts=ATTEMPTS)


class Checkpoints:
    """Stores nothing: an interrupted run has to start again."""

    def begin_page(
        self,
        partition: Partition,
        others: Sequence[TimeRange] = (),
        as_of: datetime | None = None,
    ) -> None:
        """Store how far a partition is read with a page, and what was split off it.

        Belongs at the beginning of the transaction that writes the page. Raises
        ``LeaseEndedError`` if another process may read the partition.
        """

    def renew(self, partition: Partition) -> None:
        """Instead of ``begin_page``, if more has to be read before the page is complete."""

    def end_page(self, partition: Partition, report: Report) -> None:
        """Store the outcome of a page. Belongs at the end of its transaction."""

    def committed(self, partition: Partition, report: Report, as_of: datetime) -> None:
        """Take note that the transaction of a page was committed."""

    def save(self, partition: Partition) -> None:
        """Store how far a partition is read, in a transaction of its own."""

    def count(self, partition: Partition) -> None:
        """Store the outcomes that the checkpoint of a partition lacks."""

    def forget(self, partition: Partition) -> None:
        """Store nothing of a partition that has nothing to read."""

    def skip(self, partition: TimeRange) -> bool:
        """Have the list read to its end without bounds, by its newest partition: whether that is
        left.
        """
        return True

    def mark_failed(self, partition: Partition, status: Status, error: str) -> None:
        """Store that a partition has failed; if it is unavailable, all of its object type."""

    def has_pages(self, model: type[StripeModel], *, bounded: bool = False) -> bool:
        """Whether any process has read a page of a list, or one with an end in its bounds."""
        return False

    def unfinished(self, models: Collection[type[StripeModel]]) -> set[type[StripeModel]]:
        """Those of the models that have partitions left, which other processes read."""
        return set()


class StoredCheckpoints(Checkpoints):
    """A row for each partition of a run, which is written as long as its lease lasts."""

    def __init__(self, run: SyncRun, using: str) -> None:
        self.run = run
        self.using = using

    @property
    def rows(self) -> Any:
        # Not ``run.ranges``: a related manager reads where the router sends reads.
        return SyncRange.objects.using(self.using).filter(run=self.run)

    def _of(self, model: type[StripeModel]) -> Any:
        return self.rows.filter(object_name=model.stripe.object_name)

    @property
    def runs(self) -> Any:
        return SyncRun.objects.using(self.using).filter(pk=self.run.pk)

    def begin_page(
        self,
        partition: Partition,
        others: Sequence[TimeRange] = (),
        as_of: datetime | None = None,
    ) -> None:
        self._update(partition, partition.uncounted)
        for each in others:
            self._insert(each)
        if as_of is not None and self.run.as_of is None:
            self.runs.filter(Q(as_of=None) | Q(as_of__gt=as_of)).update(as_of=as_of)

    def renew(self, partition: Partition) -> None:
        mine = self.rows.filter(pk=partition.key, token=partition.token)
        if not mine.update(leased_until=lease_terms.until()):
            raise LeaseEndedError
        partition.deadline = time.monotonic() + lease_terms.SECONDS

    def end_page(self, partition: Partition, report: Report) -> None:
        """The next page's checkpoint counts this page, unless this one is the last."""
        counted = _added(_outcomes(report))
        if partition.is_done and counted:
            self.rows.filter(pk=partition.key).update(**counted)

    def committed(self, partition: Partition, report: Report, as_of: datetime) -> None:
        self.run.as_of = self.run.as_of or as_of
        partition.uncounted = Counter() if partition.is_done else _outcomes(report)

    def save(self, partition: Partition) -> None:
        for attempt in transactions(self.using):
            with attempt:
                self._update(partition, partition.uncounted)
        partition.uncounted.clear()

    def count(self, partition: Partition) -> None:
        if not partition.uncounted:
            return
        for attempt in transactions(self.using):
            with attempt:
                mine = self.rows.filter(pk=partition.key, token=partition.token)
                mine.update(**_added(partition.uncounted))
        partition.uncounted.clear()

    def _update(self, partition: Partition, counted: Counter[str]) -> None:
        state: dict[str, Any] = {"cursor": partition.state, "leased_until": lease_terms.until()}
        if partition.is_done:
            state |= {"status": SyncRange.Status.DONE, **RELEASED}
        if isinstance(partition, TimeRange):
            state["start"] = partition.start
        state |= {"pages": partition.pages, "read": partition.read, **_added(counted)}
        begun = time.monotonic()
        if not self.rows.filter(pk=partition.key, token=partition.token).update(**state):
            raise LeaseEndedError
        partition.deadline = begun + lease_terms.SECONDS

    def _insert(self, partition: Partition) -> None:
        """With a lease, if the partition has a token."""
        row = _row(self.run, partition)
        if partition.token:
            row.process, row.token = this_process(), partition.token
            row.leased_until = lease_terms.until()
        row.save(using=self.using, force_insert=True)
        partition.key, partition.deadline = row.pk, time.monotonic() + lease_terms.SECONDS

    def forget(self, partition: Partition) -> None:
        for attempt in transactions(self.using):
            with attempt:
                self.rows.filter(pk=partition.key, token=partition.token).delete()

    def skip(self, partition: TimeRange) -> bool:
        rows = self._of(partition.model).filter(kind=partition.kind)
        waiting = rows.filter(status=WAITING)
        newest = 0
        for attempt in transactions(self.using):
            with attempt:
                newest = waiting.filter(end=None).update(start=None)
                if newest:
                    waiting.exclude(end=None).update(status=SyncRange.Status.DONE, **RELEASED)
        return bool(newest)

    def mark_failed(self, partition: Partition, status: Status, error: str) -> None:
        if status is Status.UNAVAILABLE:
            left = self._of(partition.model).filter(Q(status=WAITING) | Q(pk=partition.key))
        else:
            left = self.rows.filter(pk=partition.key, token=partition.token, status=WAITING)
        for attempt in transactions(self.using):
            with attempt:
                left.update(status=ENDED[status], error=error, **RELEASED)

    def has_pages(self, model: type[StripeModel], *, bounded: bool = False) -> bool:
        rows = self._of(model).filter(pages__gt=0).exclude(kind=Singleton.kind)
        return bool((rows.exclude(end=None) if bounded else rows).exists())

    def leave_out(self, row: SyncRange) -> None:
        """Read nothing of a range whose object this version has no model of."""
        left_out = {"status": SyncRange.Status.UNAVAILABLE, "error": "There is no such model."}
        self.rows.filter(pk=row.pk, token=row.token).update(**left_out, **RELEASED)

    def unfinished(self, models: Collection[type[StripeModel]]) -> set[type[StripeModel]]:
        by_name = {each.stripe.object_name: each for each in models}
        waiting = self.rows.filter(status=WAITING, object_name__in=by_name)
        names = waiting.order_by().values_list("object_name", flat=True).distinct()
        return {by_name[name] for name in names}

    def prune(self) -> None:
        """Forget the partitions of empty lists, and all of runs before the last complete one."""
        rows = SyncRange.objects.using(self.using)
        done = SyncRun.objects.using(self.using).filter(status=SyncRun.Status.DONE)
        of_account = done.filter(stripe_account=self.run.stripe_account)
        full = of_account.filter(kind=SyncRun.Kind.FULL).order_by("-pk")
        self.rows.filter(status=SyncRange.Status.DONE, read=0, failed=0)._raw_delete(self.using)
        if last := full.values_list("pk", flat=True).first():
            earlier = list(of_account.filter(pk__lt=last, ranges__isnull=False).distinct()[:MANY])
            rows.filter(run__in=[run.pk for run in earlier])._raw_delete(self.using)

    def plan(
        self, listings: Sequence[Listing], partition: Callable[[Listing], Iterable[Partition]]
    ) -> None:
        """Store the partitions of a run, which any process may read from then on.

        Belongs in the transaction that marks the run as planned. What has failed is tried again.
        """
        found = [each for listing in listings for each in partition(listing)]
        self.rows.filter(status=SyncRange.Status.FAILED).update(status=WAITING, error="")
        known = set(self.rows.values_list("object_name", "kind"))
        names = {name for name, _ in known}
        new = []
        for each in found:
            name = each.model.stripe.object_name
            is_known = (name, each.kind) in known if _is_extra(each) else name in names
            new += [] if is_known else [_row(self.run, each)]
        SyncRange.objects.using(self.using).bulk_create(new)


def _is_extra(partition: Partition) -> bool:
    """Whether it comes besides the others of its object type, and may not be stored."""
    return isinstance(partition, OnTestClocks)


def _outcomes(report: Report | None) -> Counter[str]:
    counted: Counter[str] = Counter()
    for (_, outcome), count in report.counts.items() if report else ():
        counted[str(outcome)] += count
    return counted


def _added(counted: Counter[str]) -> dict[str, Any]:
    return {name: F(name) + count for name, count in counted.items() if count}


def _row(run: SyncRun, partition: Partition) -> SyncRange:
    listing = partition.listing
    row = SyncRange(run=run, object_name=partition.model.stripe.object_name, kind=partition.kind)
    row.is_whole = listing.since is None
    if isinstance(partition, TimeRange):
        row.start, row.end = partition.start, partition.end
    if isinstance(partition, PerParent):
        row.parent = listing.parent_model.stripe.object_name
    return row


def restored(row: SyncRange, listing: Listing) -> Partition:
    """The partition that a row stores, with the lease of this process."""
    if row.kind == OnTestClocks.kind:
        listing = listing.test_clocks()
    partition = TYPES[row.kind](listing, key=row.pk, pages=row.pages, read=row.read)
    partition.token, partition.deadline = row.token, time.monotonic() + lease_terms.SECONDS
    if isinstance(partition, TimeRange):
        partition.start, partition.end = row.start, row.end
    if row.cursor is not None:
        partition.restore(row.cursor)
    return partition


def model_of(row: SyncRange) -> type[StripeModel] | None:
    return registry.by_object_name().get(row.object_name)
