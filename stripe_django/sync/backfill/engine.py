"""The backfill: workers fetch the pages, and the calling thread maps and writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, router
from django.utils.translation import gettext as _

from stripe_django.api.client import Page
from stripe_django.conf import settings
from stripe_django.exceptions import (
    AccountUnavailableError,
    CursorGoneError,
    StripeDjangoError,
    UnavailableError,
    UnreachableError,
)
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, TestHelpersTestClock
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import PageWriter, in_a_line
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer.report import Report

from .checkpoints import Checkpoints, transactions
from .list_endpoints import TEST_CLOCK_LISTS, Listing
from .partitions import (
    FetchResult,
    LeaseEndedError,
    OnTestClocks,
    Partition,
    PartitionQueue,
    PerParent,
    Singleton,
    TimeRange,
)
from .progress import ObjectRun, Observer, Status
from .worker_pool import WorkerPool

TICK = 1.0  # seconds to wait for a result


def run(
    models: Sequence[type[StripeModel]],
    *,
    account: str = "",
    since: datetime | None = None,
    observer: Observer | None = None,
    workers: int | None = None,
) -> list[ObjectRun]:
    """Read all objects of these types, several lists at once, without checkpoints.

    ``account`` is the connected account to read on behalf of, ``since`` the earliest creation, and
    ``workers`` how many requests may run at once. Neither a list that the account has no access to
    nor a failure stops the rest; a refused key does, with the SDK's ``AuthenticationError``, an
    account that Stripe does not know, with ``AccountUnavailableError``, and a first request
    without a response, with ``UnreachableError``.
    """
    pool: WorkerPool[FetchResult] = WorkerPool(workers or settings.workers)
    backfill = of_account(account, observer or Observer(), pool, Checkpoints())
    client = backfill.pages.client
    split = live_partitions if backfill.pages.home.livemode else partitions
    backfill.add([each for model in models for each in split(Listing(client, model, since))])
    return backfill.run()


def of_account(
    account: str, observer: Observer, pool: WorkerPool[FetchResult], checkpoints: Checkpoints
) -> Backfill:
    """A backfill of one account that has nothing to read yet."""
    using = router.db_for_write(Home)
    pages = PageWriter.for_account(account, using)
    observer.rate = lambda: pages.client.rate
    return Backfill(pages, observer, pool, checkpoints)


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
    """What this process reads of one account: which partition is fetched next, and what follows
    its result.

    ``held`` are the partitions that it reads, ``busy`` how many are being fetched, ``wanted`` how
    many more other processes would like to read. ``is_answered`` is true once Stripe has accepted
    the key.
    """

    pages: PageWriter
    observer: Observer
    pool: WorkerPool[FetchResult]
    checkpoints: Checkpoints
    queue: PartitionQueue = field(default_factory=lambda: PartitionQueue(()))
    runs: dict[type[StripeModel], ObjectRun] = field(default_factory=dict)
    held: set[Partition] = field(default_factory=set)
    ending: list[ObjectRun] = field(default_factory=list)
    busy: int = 0
    wanted: int = 0
    is_answered: bool = False

    def run(self) -> list[ObjectRun]:
        try:
            while self.queue or self.busy:
                self.dispatch()
                result = self.pool.next_result(TICK) if self.busy else None
                if result is not None:
                    self.handle(result)
                self.end_lists()
        except KeyboardInterrupt:
            self.interrupted()
            raise
        finally:
            self.pool.shutdown()
        return self.observer.runs

    def interrupted(self) -> None:
        for run in self.runs.values():
            if run.status is Status.RUNNING:
                run.status = Status.INTERRUPTED
                self.observer.ended(run)

    def add(self, partitions: Sequence[Partition]) -> None:
        self.held.update(partitions)
        self.queue.add(partitions)

    def dispatch(self) -> None:
        """Give work to idle workers; until the key is accepted, to one alone."""
        free = self.pool.idle if self.is_answered else min(self.pool.idle, 1 - self.busy)
        while free > 0 and (partition := self.queue.next_ready()) is not None:
            if isinstance(partition, PerParent) and not self._find_parents(partition):
                self._finish(partition)
            else:
                self._begin(partition)
                self.pool.submit(partition.fetch)
                self.busy += 1
                free -= 1

    def _finish(self, partition: PerParent) -> None:
        """Close a partition that has no parents left."""
        if isinstance(partition, OnTestClocks) and not partition.after:
            self.checkpoints.forget(partition)  # there is nothing to report
            self.drop(partition)
            return
        try:
            self.checkpoints.save(partition)
        except LeaseEndedError:
            self.drop(partition)
        else:
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

    def handle(self, result: FetchResult) -> None:
        self.busy -= 1
        partition = result.partition
        if partition not in self.held:  # another process reads it
            return
        run = self.runs[partition.model]
        try:
            if result.error is not None:
                raise result.error
            self.is_answered = True
            self._write(result, run)
            self._advance(partition, run)
        except LeaseEndedError:
            self.drop(partition)
        except (stripe.AuthenticationError, AccountUnavailableError):
            raise
        except stripe.APIConnectionError as error:
            if not self.is_answered:
                raise UnreachableError(unreachable(error)) from error
            self._fail(partition, run, error)
        except (stripe.StripeError, StripeDjangoError, DatabaseError) as error:
            self._fail(partition, run, error)

    def drop(self, partition: Partition) -> None:
        """Leave a partition to another process; what is being fetched of it is not written."""
        self.held.discard(partition)
        if partition in self.queue.of_model(partition.model):
            self.queue.remove(partition)
        is_last = self.queue.close(partition)
        if run := self.runs.get(partition.model):
            if partition in run.partitions:
                run.partitions.remove(partition)
            self._note_end(run, is_last=is_last)

    def _fail(self, partition: Partition, run: ObjectRun, error: Exception) -> None:
        if isinstance(error, CursorGoneError) and partition.cursor.step_back():
            self._advance(partition, run)
        elif isinstance(partition, TimeRange) and self._drop_bounds(partition, run, error):
            pass
        elif isinstance(error, UnavailableError) and not self._has_list(run):
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
        mine, others = self._split(partition)
        self._write_page(partition, page, result, run.report, [*others, *mine])
        self.wanted -= min(self.wanted, len(others))
        self.add(mine)
        run.partitions.extend(mine)
        run.pages += 1
        run.read += len(page.objects)
        self.observer.page(run)
        if partition.problem:
            raise StripeDjangoError(partition.problem)

    def _split(self, partition: Partition) -> tuple[list[TimeRange], list[TimeRange]]:
        """Split off some of the rest: for idle workers of this process, and for other processes."""
        spare = self.pool.idle - self.queue.ready
        pieces = max(spare, 1) + self.wanted
        if not isinstance(partition, TimeRange) or partition.problem or pieces < 2:
            return [], []
        given = partition.split(pieces)
        mine = given[self.wanted :]
        for each in mine:
            each.token = partition.token
        return mine, given[: self.wanted]

    def _write_page(
        self,
        partition: Partition,
        page: Page,
        result: FetchResult,
        report: Report,
        split_off: Sequence[TimeRange],
    ) -> None:
        """Write a page and its checkpoint in one transaction; if more has to be read for it, the
        checkpoint comes after that.
        """
        mapped = self.pages.mapped(page, result.owner)
        written = Report()
        try:
            for attempt in transactions(self.pages.using):
                with attempt:
                    if mapped.incomplete:
                        self.checkpoints.renew(partition)
                    else:
                        self.checkpoints.begin_page(partition, split_off, page.as_of)
                    written = self.pages.write_in_transaction(mapped)
                    written.add(mapped.report)
                    if not mapped.incomplete:
                        self.checkpoints.end_page(partition, written)
            if mapped.incomplete:
                self.pages.complete(mapped, written)
                for attempt in transactions(self.pages.using):
                    with attempt:
                        self.checkpoints.begin_page(partition, split_off, page.as_of)
                        self.checkpoints.end_page(partition, written)
            self.checkpoints.committed(partition, written, page.as_of)
        finally:
            report.add(written)

    def _advance(self, partition: Partition, run: ObjectRun) -> None:
        """Have the next page fetched."""
        if partition.is_done or run.status is Status.UNAVAILABLE:
            self._close(partition, run)
        else:
            self.queue.put_back(partition)

    def _drop_bounds(self, partition: TimeRange, run: ObjectRun, error: Exception) -> bool:
        """Have one worker read the list to its end if the server refuses bounds, or all of it."""
        if self.checkpoints.has_pages(run.model, bounded=True):
            return False
        if not _is_about_bounds(partition, run, error) or not self.checkpoints.skip(partition):
            return False
        for each in [*self.queue.of_model(partition.model), partition]:
            if each is not partition:
                self.queue.remove(each)
            if isinstance(each, TimeRange) and each.end is not None:
                each.is_done = True  # another partition reads what this one was to read
                self._close(each, run)
                continue
            if isinstance(each, TimeRange):
                each.drop_bounds()
            self.queue.put_back(each)
        return True

    def _has_list(self, run: ObjectRun) -> bool:
        """Whether Stripe has listed some of these objects: then a refusal is temporary."""
        mine = any(each.pages for each in run.partitions if not isinstance(each, Singleton))
        return mine or self.checkpoints.has_pages(run.model)

    def _give_up(self, partition: Partition, run: ObjectRun, status: Status, error: str) -> None:
        """Read no more of a partition, or of a type of object that is unavailable; what is being
        fetched is still written.
        """
        if run.status is Status.RUNNING:
            run.status, run.error = status, error
        self.checkpoints.mark_failed(partition, status, error)
        if status is Status.UNAVAILABLE:
            for each in self.queue.of_model(partition.model):
                self.drop(each)
        self._close(partition, run)

    def _close(self, partition: Partition, run: ObjectRun) -> None:
        self.held.discard(partition)
        is_last = self.queue.close(partition)
        if isinstance(partition, PerParent) and partition.is_refused:
            run.status, run.error = Status.UNAVAILABLE, partition.refusal
            self.checkpoints.mark_failed(partition, run.status, run.error)
        self._note_end(run, is_last=is_last)

    def _note_end(self, run: ObjectRun, *, is_last: bool) -> None:
        if is_last and run not in self.ending:
            self.ending.append(run)

    def end_lists(self) -> None:
        """Report the lists that are read to the end, by other processes too."""
        if not self.ending:
            return
        left = self.checkpoints.unfinished([run.model for run in self.ending])
        for run in [each for each in self.ending if each.model not in left]:
            self.ending.remove(run)
            if not self.queue.is_open(run.model):
                if run.status is Status.RUNNING:
                    run.status = Status.DONE
                self.observer.ended(run)


def unreachable(error: BaseException) -> str:
    """The address, and the reason at the root of it; the SDK's own message is long."""
    root = error
    while (deeper := root.__cause__ or root.__context__) is not None:
        root = deeper
    return _("%(api_base)s cannot be reached: %(reason)s") % {
        "api_base": settings.api_base,
        "reason": " ".join(str(root).split()),
    }


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
