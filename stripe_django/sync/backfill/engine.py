"""The backfill: workers fetch the pages, and the calling thread maps and writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import stripe
from django.db import DatabaseError, router

from stripe_django.api.client import Page
from stripe_django.conf import settings
from stripe_django.exceptions import (
    AccountUnavailableError,
    CursorGoneError,
    StripeDjangoError,
    UnavailableError,
    UnreachableError,
)
from stripe_django.models import Home, TestHelpersTestClock
from stripe_django.models.base import StripeModel
from stripe_django.sync import home
from stripe_django.sync.ingest import PageWriter, in_a_line
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer.report import Report

from .checkpoints import Checkpoints, transactions
from .list_endpoints import TEST_CLOCK_LISTS, Listing
from .partitions import (
    FetchResult,
    OnTestClocks,
    Partition,
    PartitionQueue,
    PerParent,
    Singleton,
    TimeRange,
)
from .progress import ObjectRun, Observer, Status
from .worker_pool import WorkerPool

TICK = 1.0  # seconds between heartbeats, while there is no result


def run(
    models: Sequence[type[StripeModel]],
    *,
    account: str = "",
    since: datetime | None = None,
    whole: Collection[type[StripeModel]] = (),
    observer: Observer | None = None,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
) -> list[ObjectRun]:
    """Read all objects of these types, several lists at once.

    ``account`` is the connected account to read on behalf of, ``since`` the earliest creation, but
    not of those that are read ``whole``, ``workers`` how many requests may run at once, and
    ``checkpoints`` stores how far the run has come, so that it can be resumed. Neither a list that
    the account has no access to nor a failure stops the rest; a refused key does, with the SDK's
    ``AuthenticationError``, an account that Stripe does not know, with
    ``AccountUnavailableError``, and a first request without a response, with
    ``UnreachableError``.
    """
    using = router.db_for_write(Home)
    pages = PageWriter.for_account(home.for_key(using, account).resolve(account), using)
    client, mine = pages.client, pages.home
    observer = observer or Observer()
    observer.rate = lambda: client.rate
    checkpoints = checkpoints or Checkpoints()
    listings = [Listing(client, each, None if each in whole else since) for each in models]
    split = live_partitions if mine.livemode else partitions
    queue = PartitionQueue(checkpoints.partitions(listings, split))
    pool: WorkerPool[FetchResult] = WorkerPool(workers or settings.workers)
    return Backfill(pages, observer, pool, checkpoints, queue).run()


def partitions(listing: Listing) -> Iterator[Partition]:
    """The partitions of all objects of one type, in test mode."""
    yield from live_partitions(listing)
    if (
        listing.model.stripe.object_name in TEST_CLOCK_LISTS
        and TestHelpersTestClock in models_in_scope()
    ):
        yield OnTestClocks(listing.test_clocks())


def live_partitions(listing: Listing) -> Iterator[Partition]:
    """The same in live mode."""
    if listing.model.stripe.singleton_path:
        yield Singleton(listing)
    if listing.model.stripe.list_parent:
        yield PerParent(listing)
    elif listing.model.stripe.list_path:
        since = listing.since if listing.is_divisible else None
        yield TimeRange(listing, start=int(since.timestamp()) if since else None)


@dataclass(slots=True)
class Backfill:
    """One run over one account: which partition is fetched next, and what follows its result.

    ``is_answered`` is true once Stripe has accepted the key.
    """

    pages: PageWriter
    observer: Observer
    pool: WorkerPool[FetchResult]
    checkpoints: Checkpoints
    queue: PartitionQueue
    runs: dict[type[StripeModel], ObjectRun] = field(default_factory=dict)
    is_answered: bool = False

    def run(self) -> list[ObjectRun]:
        try:
            while self.queue or self.pool.busy:
                self._dispatch()
                result = self.pool.next_result(TICK) if self.pool.busy else None
                self.checkpoints.heartbeat()
                if result is not None:
                    self._handle(result)
        except KeyboardInterrupt:
            for run in self.runs.values():
                if run.status is Status.RUNNING:
                    run.status = Status.INTERRUPTED
                    self.observer.ended(run)
            raise
        finally:
            self.pool.shutdown()
        return self.observer.runs

    def _dispatch(self) -> None:
        """Give work to idle workers; until the key is accepted, to one alone."""
        free = self.pool.idle if self.is_answered else 1 - self.pool.busy
        while free > 0 and (partition := self.queue.next_ready()) is not None:
            if isinstance(partition, PerParent) and not self._find_parents(partition):
                self._finish(partition)
            else:
                self._begin(partition)
                self.pool.submit(partition.fetch)
                free -= 1

    def _finish(self, partition: PerParent) -> None:
        """Close a partition that has no parents left."""
        if isinstance(partition, OnTestClocks) and partition.model not in self.runs:
            self.queue.close(partition)  # there is nothing to report
            return
        if partition.key is not None:
            self.checkpoints.save(partition)
        self._close(partition, self._begin(partition))

    def _begin(self, partition: Partition) -> ObjectRun:
        run = self.runs.get(partition.model)
        if run is None:
            run = self.runs[partition.model] = ObjectRun(partition.model)
            self.observer.began(run)
        if partition not in run.partitions:
            run.partitions.append(partition)
        return run

    def _find_parents(self, partition: PerParent) -> bool:
        if not partition.parents:
            pages = self.pages
            place = pages.using, pages.account, pages.home.livemode
            partition.parents = partition.listing.parents(*place, after=partition.after)
            partition.is_done = not partition.parents
        return not partition.is_done

    def _handle(self, result: FetchResult) -> None:
        partition = result.partition
        run = self.runs[partition.model]
        try:
            if result.error is not None:
                raise result.error
            self.is_answered = True
            self._write(result, run)
            self._advance(partition, run)
        except (stripe.AuthenticationError, AccountUnavailableError):
            raise
        except stripe.APIConnectionError as error:
            if not self.is_answered:
                raise UnreachableError(unreachable(error)) from error
            self._fail(partition, run, error)
        except (stripe.StripeError, StripeDjangoError, DatabaseError) as error:
            self._fail(partition, run, error)

    def _fail(self, partition: Partition, run: ObjectRun, error: Exception) -> None:
        if isinstance(error, CursorGoneError) and partition.cursor.step_back():
            self._advance(partition, run)
        elif isinstance(partition, TimeRange) and _is_about_bounds(partition, run, error):
            self._drop_bounds(partition, run)
        elif isinstance(error, UnavailableError) and not _has_list(run):
            self._give_up(partition, run, Status.UNAVAILABLE, in_a_line(error))
        else:
            message = f"{type(error).__name__}: {in_a_line(error)}"
            self._give_up(partition, run, Status.FAILED, message)

    def _write(self, result: FetchResult, run: ObjectRun) -> None:
        partition = result.partition
        if result.page is None:
            assert isinstance(partition, PerParent)
            partition.finish_parent(result.refusal)
            self.checkpoints.save(partition)
            return
        page = partition.take(result.page)
        partition.pages += 1
        partition.read += len(page.objects)
        self._write_page(partition, page, result, run.report)
        run.pages += 1
        run.read += len(page.objects)
        self.observer.page(run)
        if partition.problem:
            raise StripeDjangoError(partition.problem)

    def _write_page(
        self, partition: Partition, page: Page, result: FetchResult, report: Report
    ) -> None:
        """Write a page and its checkpoint in one transaction; if more has to be read for it, the
        checkpoint comes after that.
        """
        mapped = self.pages.mapped(page, result.owner)
        written = Report()
        try:
            for attempt in transactions(self.pages.using):
                with attempt:
                    written = self.pages.write_in_transaction(mapped)
                    written.add(mapped.report)
                    if not mapped.incomplete:
                        self.checkpoints.save(partition, page.as_of, written)
            if mapped.incomplete:
                self.pages.complete(mapped, written)
                self.checkpoints.save(partition, page.as_of, written)
        finally:
            report.add(written)

    def _advance(self, partition: Partition, run: ObjectRun) -> None:
        """Have the next page fetched, and split off some of the rest if workers are idle."""
        if partition.is_done or run.status is not Status.RUNNING:
            self._close(partition, run)
            return
        spare = self.pool.idle - self.queue.ready
        if isinstance(partition, TimeRange) and spare > 1:
            others = partition.split(spare)
            self.checkpoints.split(partition, others)
            self.queue.add(others)
            run.partitions.extend(others)
        self.queue.put_back(partition)

    def _drop_bounds(self, partition: TimeRange, run: ObjectRun) -> None:
        """Have one worker read the list to its end: the server refuses bounds, or all of it."""
        for each in [*self.queue.of_model(partition.model), partition]:
            if each is not partition:
                self.queue.remove(each)
            if isinstance(each, TimeRange) and each.end is not None:
                self._skip(each, run)
                continue
            if isinstance(each, TimeRange):
                each.drop_bounds()
            self.queue.put_back(each)

    def _skip(self, partition: TimeRange, run: ObjectRun) -> None:
        """Another partition reads what this one was to read."""
        partition.is_done = True
        self.checkpoints.save(partition)
        self._close(partition, run)

    def _give_up(self, partition: Partition, run: ObjectRun, status: Status, error: str) -> None:
        """Read no more of these objects; what is being fetched is still written."""
        if run.status is Status.RUNNING:
            run.status, run.error = status, error
        self.checkpoints.mark_failed(partition, status, error)
        self.queue.drop(partition.model)
        self._close(partition, run)

    def _close(self, partition: Partition, run: ObjectRun) -> None:
        is_last = self.queue.close(partition)
        if isinstance(partition, PerParent) and partition.is_refused:
            run.status, run.error = Status.UNAVAILABLE, partition.refusal
            self.checkpoints.mark_failed(partition, run.status, run.error)
        if is_last:
            if run.status is Status.RUNNING:
                run.status = Status.DONE
            self.observer.ended(run)


def unreachable(error: BaseException) -> str:
    """The address, and the reason at the root of it; the SDK's own message is long."""
    root = error
    while (deeper := root.__cause__ or root.__context__) is not None:
        root = deeper
    return f"{settings.api_base} cannot be reached: {' '.join(str(root).split())}"


def _has_list(run: ObjectRun) -> bool:
    """Whether Stripe has listed some of these objects: then a refusal is temporary."""
    return any(each.pages for each in run.partitions if not isinstance(each, Singleton))


def _is_about_bounds(partition: TimeRange, run: ObjectRun, error: Exception) -> bool:
    """Whether the server may have refused a list because of the time in the request."""
    if not partition.has_bounds:
        return False
    if isinstance(error, UnavailableError) or str(getattr(error, "param", "")) == "created":
        return True
    has_used_bounds = any(
        each.pages for each in run.partitions if isinstance(each, TimeRange) and each.end
    )
    return isinstance(error, stripe.APIError) and not has_used_bounds
