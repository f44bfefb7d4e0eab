"""``stripe_sync --work``, and the task of the same name: take part in the runs of any process."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import close_old_connections, router
from django.db.models import Exists, OuterRef, QuerySet

from stripe_django.conf import settings
from stripe_django.exceptions import OvertakenError, StripeDjangoError, UnreachableError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, SyncRange, SyncRun
from stripe_django.privacy.error_text import message_of
from stripe_django.sync import account_keys, home
from stripe_django.sync.backfill import lease_terms, leases
from stripe_django.sync.backfill.database_time import DatabaseTime
from stripe_django.sync.backfill.lease_terms import RELEASED, is_free, is_leased
from stripe_django.sync.backfill.leased_work import LeasedWork, never
from stripe_django.sync.backfill.leases import RunLease
from stripe_django.sync.backfill.progress import Observer

from . import stages

IDLE = 1.0  # seconds between two looks for a run, while there is none
EVERY = 2.0  # seconds between two looks for runs that no process begins or ends

# These are about this process, and say nothing of the run.


class _Stopped(Exception):
    """This process was asked to stop."""


def work(
    observer: Observer | None = None,
    *,
    workers: int | None = None,
    should_stop: Callable[[], bool] = never,
    follow: bool = False,
    notify: Callable[[str], None] = lambda text: None,
) -> bool:
    """Read ranges of all active runs, until these have ended; with ``follow``, until it should
    stop. Returns whether they have ended.

    A run is begun and ended by this process if no other one does. What this process was reading is
    left to others at the end. ``notify`` receives what ended a run. Raises what ``engine.run``
    raises, except about a single account.
    """
    using = router.db_for_write(Home)
    account_keys.client_for("", using)  # raises if there is no usable key
    if home.known(using):
        home.for_key(using)  # raises if the key is for the other mode
    joined = _Joined(using, observer or Observer(), should_stop, follow, notify)
    joined.work(workers or settings.workers)
    return not active(using).exists()


def active(using: str) -> QuerySet[SyncRun]:
    return SyncRun.objects.using(using).filter(status=SyncRun.Status.RUNNING)


def note_abandoned() -> bool:
    """Whether a run had no process for so long that it has none any more; noted once in that time,
    so that one task is enqueued for it.
    """
    using = router.db_for_write(Home)
    held = SyncRange.objects.using(using).filter(is_leased(), run=OuterRef("pk"))
    silent = active(using).filter(is_free(), seen_at__lt=DatabaseTime(-lease_terms.SECONDS))
    abandoned = list(silent.exclude(Exists(held)).values_list("pk", flat=True))
    if not abandoned:
        return False
    return bool(silent.filter(pk__in=abandoned).update(seen_at=DatabaseTime()))


class _Joined:
    """The runs that this process has joined."""

    def __init__(
        self,
        using: str,
        observer: Observer,
        should_stop: Callable[[], bool],
        follow: bool,
        notify: Callable[[str], None],
    ) -> None:
        self.using, self.observer, self.should_stop = using, observer, should_stop
        self.follow, self.notify = follow, notify
        self._next_look = 0.0

    def work(self, workers: int) -> None:
        self.ranges = LeasedWork(
            self.using, self.observer, workers, is_over=self._is_over, between=self._look
        )
        self.ranges.work(self.should_stop)

    def _is_over(self) -> bool:
        if active(self.using).exists():
            return False
        if self.follow:
            close_old_connections()
            time.sleep(IDLE)
        return not self.follow

    def _look(self) -> None:
        """Begin or end the runs that are left alone, now and then."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + min(EVERY, lease_terms.SECONDS / lease_terms.BEATS)
        with suppress(_Stopped):
            for run in self._left_alone():
                if lease := leases.take_over(run, self.using):
                    self._take_part(lease)

    def _left_alone(self) -> list[SyncRun]:
        waiting = SyncRange.objects.using(self.using).filter(
            run=OuterRef("pk"), status=SyncRange.Status.WAITING
        )
        free = active(self.using).filter(is_free()).order_by("pk")
        unplanned, read = free.filter(is_planned=False), free.filter(~Exists(waiting))
        return [*unplanned, *read.filter(is_planned=True)]

    def _take_part(self, lease: RunLease) -> None:
        lease.also = self._beat
        with suppress(OvertakenError):
            try:
                self._next_stage(lease)
            except (
                *(stripe.AuthenticationError, stripe.APIConnectionError, UnreachableError),
                *(_Stopped, KeyboardInterrupt),
            ):
                lease.update(**RELEASED)
                raise
            except (stripe.StripeError, StripeDjangoError) as error:
                lease.end(SyncRun.Status.FAILED, type(error).__name__)
                self.notify(f"The run {lease.run} failed: {message_of(error)}")

    def _next_stage(self, lease: RunLease) -> None:
        if lease.run.is_planned:
            stages.finish(lease, [])
        else:
            stages.plan(lease, self.observer)
            lease.update(**RELEASED)

    def _beat(self) -> None:
        self.ranges.beat()
        if self.should_stop():
            raise _Stopped
