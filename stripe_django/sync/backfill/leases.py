"""The lease of an account: only one run reads it at a time."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError
from django.utils import timezone

from stripe_django.exceptions import AlreadyRunningError
from stripe_django.models import SyncRange, SyncRun
from stripe_django.models.base import StripeModel

from .checkpoints import UNFINISHED, transactions
from .progress import ObjectRun

OWN_ACCOUNT = "home"  # the lease of the project's own account


def this_process() -> str:
    return f"{this_machine()} {os.getpid()}"


def this_machine() -> str:
    """The name of the machine, and a hash that distinguishes machines and containers of the same
    name: each numbers its processes by itself.
    """
    name = socket.gethostname()[:200]
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        numbering = boot + os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        return name
    return f"{name}/{hashlib.sha256(numbering.encode()).hexdigest()[:8]}"


def take_over_dead_run(account: str, using: str) -> None:
    """Interrupt the account's run if its process is gone.

    Raises ``AlreadyRunningError`` while the process is alive.
    """
    holders = SyncRun.objects.using(using).filter(running=account or OWN_ACCOUNT)
    holder = holders.first()
    if holder is None:
        return
    same = holders.filter(pk=holder.pk, seen_at=holder.seen_at)
    interrupted = {"running": None, "status": SyncRun.Status.INTERRUPTED}
    is_interrupted = 0
    for attempt in transactions(using):
        with attempt:
            is_interrupted = _is_dead(holder) and same.update(**interrupted)
    if not is_interrupted:
        raise AlreadyRunningError(_described(holder))


def _described(run: SyncRun) -> str:
    started, seen = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (run.started_at, run.seen_at))
    return (
        f"Another stripe_sync is running since {started} (last sign of life {seen}; machine and"
        f" process: {run.process}). Wait for its end, which --wait does, or stop it."
    )


def begin(run: SyncRun, using: str) -> SyncRun:
    """Take the lease of the account for a new run, or for one that was interrupted.

    Raises ``AlreadyRunningError`` if another process has just taken it.
    """
    earlier = SyncRun.objects.using(using).filter(
        pk=run.pk, running=None, status=run.status, process=run.process, seen_at=run.seen_at
    )
    run.running, run.process = run.stripe_account or OWN_ACCOUNT, this_process()
    run.status, run.finished_at, run.error = SyncRun.Status.RUNNING, None, ""
    run.seen_at = timezone.now()
    is_resumed = run.pk is not None
    lease = ("running", "process", "status", "finished_at", "error", "seen_at")
    try:
        for attempt in transactions(using):
            with attempt:
                if not is_resumed:
                    run.pk = None  # that of an attempt that was rolled back
                    run.save(using=using, force_insert=True)
                elif not earlier.update(**{name: getattr(run, name) for name in lease}):
                    raise AlreadyRunningError
    except IntegrityError:
        raise AlreadyRunningError from None
    return run


def _is_dead(run: SyncRun) -> bool:
    if run.is_dead:
        return True
    machine, _, number = run.process.rpartition(" ")
    if machine != this_machine() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def unfinished(
    account: str, models: Sequence[type[StripeModel]], since: datetime | None, using: str
) -> SyncRun | None:
    """The last run of the account, if it was to read the same and has not come to its end."""
    runs = SyncRun.objects.using(using).filter(stripe_account=account)
    last = runs.order_by("-pk").first()
    if last is None or last.status == SyncRun.Status.DONE:
        return None
    asked_for = last.since if last.kind == SyncRun.Kind.SINCE else None
    is_same = last.objects_read == names(models) and asked_for == since
    rest = SyncRange.objects.using(using).filter(run=last, status__in=UNFINISHED)
    # An interrupted run may not have begun its partitions, or have read all of them.
    has_rest = last.status == SyncRun.Status.INTERRUPTED or rest.exists()
    return last if is_same and has_rest else None


def names(models: Iterable[type[StripeModel]]) -> list[str]:
    return sorted(model.stripe.object_name for model in models)


@contextmanager
def at_work(run: SyncRun, using: str) -> Iterator[list[ObjectRun]]:
    """Release the lease at the end, and store how the run ended.

    The caller adds what was read to the list.
    """
    read: list[ObjectRun] = []
    status, error = SyncRun.Status.FAILED, ""
    try:
        yield read
        if not any(each.is_failure for each in read):
            status = SyncRun.Status.DONE
    except KeyboardInterrupt:
        status = SyncRun.Status.INTERRUPTED
        raise
    except Exception as failure:
        error = type(failure).__name__
        raise
    finally:
        mine = SyncRun.objects.using(using).filter(pk=run.pk, process=run.process)
        ended = {"running": None, "status": status, "error": error}
        for attempt in transactions(using):
            with attempt:
                mine.filter(running=run.running).update(**ended, finished_at=timezone.now())
