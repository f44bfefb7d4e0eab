"""What one process reads of the active runs: ranges that it leases, of its own run or of all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from stripe_django.exceptions import AccountUnavailableError
from stripe_django.models import SyncRange, SyncRun

from . import lease_terms, range_leases
from .checkpoints import StoredCheckpoints, model_of, restored, transactions
from .database_time import DatabaseTime
from .engine import TICK, Backfill, of_account
from .leases import fail, free_gone
from .list_endpoints import Listing
from .partitions import FetchResult, Partition
from .progress import Observer
from .worker_pool import WorkerPool

HELD = 4  # ranges for each worker: most lists are short, and each lease takes some statements
PAUSES = (0.05, 0.25)  # seconds until a process without work looks again: they double each time
GLANCE = 0.1  # seconds between two looks at what other processes ask for


def never() -> bool:
    return False


class LeasedWork:
    """Reads the ranges of one run, or of any, until ``is_over``.

    ``beat`` renews the lease of the run itself, if this process has that too. ``between`` is called
    before each look for ranges.
    """

    def __init__(
        self,
        using: str,
        observer: Observer,
        workers: int,
        *,
        run: SyncRun | None = None,
        is_over: Callable[[], bool] | None = None,
        beat: Callable[[], None] = lambda: None,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        self.using, self.observer, self.run = using, observer, run
        self.pool: WorkerPool[FetchResult] = WorkerPool(workers)
        self.backfills: dict[int, Backfill] = {}
        self.is_over = is_over or self.is_read
        self._beat_of_run, self._between = beat, between
        self._renewed = self._glanced = time.monotonic()
        self._next_claim = 0.0
        self._pause = PAUSES[0]

    @property
    def held(self) -> list[Partition]:
        return [each for backfill in self.backfills.values() for each in backfill.held]

    def is_read(self) -> bool:
        return not range_leases.waiting(self.using, self.run).exists()

    def work(self, should_stop: Callable[[], bool] = never) -> None:
        """Read what there is, until it is over or this process should stop."""
        try:
            while not should_stop():
                self.beat()
                self._between()
                self._claim()
                self._dispatch()
                if self.pool.busy:
                    self._handle_next()
                elif not self._ready and self._is_over():
                    return
            while self.pool.busy:  # what is being fetched is written
                self.beat()
                self._handle_next()
            self._interrupted()
        except KeyboardInterrupt:
            self._interrupted()
            raise
        finally:
            self.pool.shutdown()
            self._release(self.held)

    def _interrupted(self) -> None:
        self._end_lists()
        for backfill in self.backfills.values():
            backfill.interrupted()

    @property
    def _ready(self) -> bool:
        return any(each.queue for each in self.backfills.values())

    def _is_over(self) -> bool:
        self._end_lists()
        if self.is_over():
            return True
        if (pause := self._next_claim - time.monotonic()) > 0:
            free_gone(self.using)
            time.sleep(pause)
        return False

    def beat(self) -> None:
        """Renew the leases, and see what other processes ask for."""
        self._beat_of_run()
        now = time.monotonic()
        if now - self._renewed > lease_terms.SECONDS / lease_terms.BEATS:
            self._renewed = now
            self._renew()
        if now - self._glanced > min(GLANCE, lease_terms.SECONDS / lease_terms.BEATS):
            self._glanced = now
            self._look_at_runs()
            self._end_lists()

    def _renew(self) -> None:
        held, begun = self.held, time.monotonic()
        if not held:
            return
        still_mine = range_leases.renew(self.using, held)
        if self.run is None:  # the lease of one's own run does the same
            self._note_seen()
        for partition in held:
            if partition.key in still_mine:
                partition.deadline = begun + lease_terms.SECONDS
            else:
                self._backfill_of(partition).drop(partition)

    def _look_at_runs(self) -> None:
        rows = SyncRun.objects.using(self.using).filter(pk__in=self.backfills)
        active = rows.filter(status=SyncRun.Status.RUNNING).values_list("pk", "wanted")
        found: dict[int, int] = dict(active)
        for key, backfill in [*self.backfills.items()]:
            if key not in found:
                self._release(backfill.held)
            elif found[key]:
                backfill.wanted = found[key]
                self._share(backfill)
            if key not in found and not backfill.busy:
                del self.backfills[key]

    def _share(self, backfill: Backfill) -> None:
        """Give other processes the ranges that wait for a worker here, before any is divided."""
        waiting = [each for each in backfill.queue.waiting if not each.pages][: backfill.wanted]
        backfill.wanted -= len(waiting)
        self._release(waiting)
        self._note_seen(wanted=0)

    def _note_seen(self, **values: Any) -> None:
        rows = SyncRun.objects.using(self.using).filter(pk__in=self.backfills)
        for attempt in transactions(self.using):
            with attempt:
                rows.update(seen_at=DatabaseTime(), **values)

    def _claim(self) -> None:
        """Lease some ranges if a worker has nothing to do."""
        now = time.monotonic()
        if self._ready or not self.pool.idle or now < self._next_claim:
            return
        rows = range_leases.claim(self.using, HELD * self.pool.size - len(self.held), self.run)
        for row in rows:
            self._add(row)
        self._end_lists()
        if rows:
            self._pause = PAUSES[0]
            return
        self._next_claim = now + self._pause
        self._pause = min(2 * self._pause, PAUSES[1])
        range_leases.ask(self.using, self.pool.idle, self.run)

    def _add(self, row: SyncRange) -> None:
        backfill = self.backfills.get(row.run_id) or self._begin(row.run_id)
        checkpoints = backfill.checkpoints
        assert isinstance(checkpoints, StoredCheckpoints)
        if (model := model_of(row)) is None:
            checkpoints.leave_out(row)
            return
        since = None if row.is_whole else checkpoints.run.since
        backfill.add([restored(row, Listing(backfill.pages.client, model, since))])

    def _begin(self, key: int) -> Backfill:
        run = self.run or SyncRun.objects.using(self.using).get(pk=key)
        checkpoints = StoredCheckpoints(run, self.using)
        made = of_account(run.stripe_account, self.observer, self.pool, checkpoints)
        made.pages = replace(made.pages, beat=self.beat)
        self.backfills[key] = made
        return made

    def _dispatch(self) -> None:
        for backfill in self.backfills.values():
            backfill.dispatch()

    def _handle_next(self) -> None:
        result = self.pool.next_result(TICK)
        if result is None:
            return
        backfill = self._backfill_of(result.partition)
        try:
            backfill.handle(result)
        except AccountUnavailableError:
            if self.run is not None:
                raise
            self._fail(backfill)
        if result.partition not in backfill.held:
            self._next_claim = 0.0  # another list may have waited for its end

    def _fail(self, backfill: Backfill) -> None:
        """End the run of an account that Stripe does not know (any more); read the others."""
        assert isinstance(backfill.checkpoints, StoredCheckpoints)
        fail(backfill.checkpoints.run, AccountUnavailableError.__name__, self.using)
        self._release(backfill.held)

    def _backfill_of(self, partition: Partition) -> Backfill:
        client = partition.listing.client
        return next(each for each in self.backfills.values() if each.pages.client is client)

    def _end_lists(self) -> None:
        for backfill in self.backfills.values():
            backfill.end_lists()

    def _release(self, partitions: Iterable[Partition]) -> None:
        """Leave partitions to other processes, with all that is known of them."""
        mine = list(partitions)
        if not mine:
            return
        for partition in mine:
            backfill = self._backfill_of(partition)
            backfill.checkpoints.count(partition)
            backfill.drop(partition)
        range_leases.release(self.using, mine)
