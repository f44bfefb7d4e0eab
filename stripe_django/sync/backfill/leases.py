"""The lease of a run: one process begins and ends it, and any may read its ranges."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import logs
from stripe_django.exceptions import AlreadyRunningError, OvertakenError
from stripe_django.models import Home, SyncRange, SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.sync.database.row_locks import locked

from . import lease_terms
from .checkpoints import UNFINISHED, transactions
from .database_time import DatabaseTime
from .lease_terms import RELEASED, is_free, is_leased, terms
from .processes import is_gone, this_process

OWN = "own"
LAST = 100  # runs of an account, among which one may be resumed


class RunLease:
    """The lease of this process on a run. A heartbeat does what ``also`` does as well."""

    def __init__(self, run: SyncRun, using: str) -> None:
        self.run, self.using = run, using
        self.also: Callable[[], None] = lambda: None
        self._seen = time.monotonic()

    @property
    def mine(self) -> QuerySet[SyncRun]:
        """The run, unless another process has taken it over."""
        return SyncRun.objects.using(self.using).filter(pk=self.run.pk, token=self.run.token)

    def heartbeat(self) -> None:
        """Renew the lease now and then. Raises ``OvertakenError`` if another process has it."""
        self.also()
        if time.monotonic() - self._seen < lease_terms.SECONDS / lease_terms.BEATS:
            return
        self._seen = time.monotonic()
        self.update(leased_until=lease_terms.until(), seen_at=DatabaseTime())

    def update(self, **values: Any) -> None:
        """Change the run. Raises ``OvertakenError`` if another process has it."""
        for attempt in transactions(self.using):
            with attempt:
                if not self.mine.update(**values):
                    raise OvertakenError

    def end(self, status: str, error: str = "") -> None:
        self.update(**RELEASED, status=status, error=error, finished_at=timezone.now())
        _log_end(self.run, status)

    def leave(self) -> None:
        """Leave the run to the other processes that read it, or else interrupt it."""
        others = _ranges(self.run, self.using).filter(is_leased()).exclude(process=this_process())
        if others.exists():
            self.update(**RELEASED)
        else:
            self.end(SyncRun.Status.INTERRUPTED)


@contextmanager
def at_work(lease: RunLease) -> Iterator[None]:
    """Store how the run has ended if an error or Ctrl-C ends it."""
    try:
        yield
    except KeyboardInterrupt:
        lease.leave()
        raise
    except OvertakenError:
        raise
    except Exception as error:
        with suppress(OvertakenError):
            lease.end(SyncRun.Status.FAILED, type(error).__name__)
        raise


def begin(run: SyncRun, using: str) -> RunLease:
    """Take the lease of a new run, or of one that was interrupted.

    Raises ``AlreadyRunningError`` if a run that reads some of the same objects has just begun.
    """
    is_new, before = run.pk is None, run.status
    lease = terms() | {"status": SyncRun.Status.RUNNING, "seen_at": DatabaseTime()}
    lease |= {"finished_at": None, "error": ""}
    for attempt in transactions(using):
        with attempt:
            # One at a time: no constraint of a database says that two lists have nothing in common.
            locked(Home.objects.using(using).filter(pk=Home.SINGLETON))
            if next(_overlapping(run.stripe_account, run.objects_read, using), None):
                raise AlreadyRunningError
            if is_new:
                run.pk = None  # that of an attempt that was rolled back
                run.save(using=using, force_insert=True)
            same = SyncRun.objects.using(using).filter(pk=run.pk, status=before)
            if not same.update(**lease):
                raise AlreadyRunningError
    run.refresh_from_db(using=using)
    return RunLease(run, using)


def take_over(run: SyncRun, using: str) -> RunLease | None:
    """Take the lease of an active run that no process has the lease of."""
    free = SyncRun.objects.using(using).filter(is_free(), pk=run.pk, token=run.token)
    lease = terms()
    is_mine = 0
    for attempt in transactions(using):
        with attempt:
            is_mine = free.filter(status=SyncRun.Status.RUNNING).update(**lease)
    if not is_mine:
        return None
    run.refresh_from_db(using=using)
    return RunLease(run, using)


def fail(run: SyncRun, error: str, using: str) -> None:
    """End an active run, whichever process has its lease."""
    active = SyncRun.objects.using(using).filter(pk=run.pk, status=SyncRun.Status.RUNNING)
    ended = {"status": SyncRun.Status.FAILED, "error": error, "finished_at": timezone.now()}
    for attempt in transactions(using):
        with attempt:
            active.update(**RELEASED, **ended)
    _log_end(run, SyncRun.Status.FAILED)


def _log_end(run: SyncRun, status: str) -> None:
    logs.SYNC_ENDED(account=run.stripe_account or OWN, kind=run.kind, status=status)


def interrupt_dead_runs(account: str, models: Iterable[type[StripeModel]], using: str) -> None:
    """Interrupt the runs of the account that read some of these objects and have no process left.

    Raises ``AlreadyRunningError`` while one has.
    """
    for run in _overlapping(account, names(models), using):
        if any(not is_gone(each) for each in _processes(run, using)):
            raise AlreadyRunningError(_described(run))
        for attempt in transactions(using):
            with attempt:
                same = SyncRun.objects.using(using).filter(pk=run.pk, token=run.token)
                same.update(**RELEASED, status=SyncRun.Status.INTERRUPTED)
                _ranges(run, using).exclude(token="").update(**RELEASED)


def free_gone(using: str) -> None:
    """End the leases of processes of this machine that have ended without doing so."""
    for model in (SyncRun, SyncRange):
        held = model._base_manager.using(using).filter(is_leased())
        for process in set(held.values_list("process", flat=True)):
            if is_gone(process):
                for attempt in transactions(using):
                    with attempt:
                        held.filter(process=process).update(**RELEASED)


def _overlapping(account: str, objects: Collection[str], using: str) -> Iterator[SyncRun]:
    """The account's active runs that read some of these objects."""
    active = SyncRun.objects.using(using).filter(
        stripe_account=account, status=SyncRun.Status.RUNNING
    )
    return (run for run in active if not set(objects).isdisjoint(run.objects_read))


def _processes(run: SyncRun, using: str) -> set[str]:
    """The processes that have a lease of the run or of its ranges."""
    runs = SyncRun.objects.using(using).filter(is_leased(), pk=run.pk)
    ranges = _ranges(run, using).filter(is_leased())
    return {*runs.values_list("process", flat=True), *ranges.values_list("process", flat=True)}


def _ranges(run: SyncRun, using: str) -> QuerySet[SyncRange]:
    return SyncRange.objects.using(using).filter(run=run)


def _described(run: SyncRun) -> str:
    started, seen = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (run.started_at, run.seen_at))
    return _(
        "Another stripe_sync is running since %(started)s (last sign of life %(seen)s;"
        " machine and process: %(process)s). Wait for its end, which --wait does, or"
        " stop it."
    ) % {"started": started, "seen": seen, "process": run.process}


def unfinished(
    account: str, models: Sequence[type[StripeModel]], since: datetime | None, using: str
) -> SyncRun | None:
    """The last run of these objects, if it was to read the same and has not come to its end."""
    objects = names(models)
    runs = SyncRun.objects.using(using).filter(stripe_account=account).order_by("-pk")[:LAST]
    last = next((run for run in runs if not set(objects).isdisjoint(run.objects_read)), None)
    if last is None or last.status in (SyncRun.Status.DONE, SyncRun.Status.RUNNING):
        return None
    asked_for = last.since if last.kind == SyncRun.Kind.SINCE else None
    is_same = last.objects_read == objects and asked_for == since
    rest = _ranges(last, using).filter(status__in=UNFINISHED)
    # An interrupted run may not have begun its ranges, or have read all of them.
    has_rest = last.status == SyncRun.Status.INTERRUPTED or rest.exists()
    return last if is_same and has_rest else None


def names(models: Iterable[type[StripeModel]]) -> list[str]:
    return sorted(model.stripe.object_name for model in models)
