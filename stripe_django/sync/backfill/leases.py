"""Recorded runs: each page is written together with how far the run has come."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from stripe_django.exceptions import AlreadyRunningError, OvertakenError
from stripe_django.models import SyncRange, SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.sync.writer.report import Report

from .checkpoints import Book
from .list_endpoints import Listing
from .partitions import Owned, Part, Single
from .progress import ObjectRun, Status
from .spans import Span

HOME = "home"  # the slot of the account that has no name here
BEAT = 5.0  # seconds between signs of life
KINDS = {kind.kind: kind for kind in (Single, Owned, Span)}
UNFINISHED = (SyncRange.Status.WAITING, SyncRange.Status.FAILED)
ENDED = {Status.UNAVAILABLE: SyncRange.Status.UNAVAILABLE, Status.FAILED: SyncRange.Status.FAILED}


def this_process() -> str:
    return f"{this_machine()} {os.getpid()}"


def this_machine() -> str:
    """The name of the machine, and what tells it from another one of that name: containers share
    a name, too, and number their processes each for itself.
    """
    name = socket.gethostname()[:200]
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        numbering = boot + os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        return name
    return f"{name}/{hashlib.sha256(numbering.encode()).hexdigest()[:8]}"


class Recorded(Book):
    """Written down in the rows of a run."""

    def __init__(self, run: SyncRun, using: str) -> None:
        self.run = run
        self.using = using
        self.beaten_at = time.monotonic()

    @property
    def ranges(self) -> Any:
        return SyncRange.objects.using(self.using).filter(run=self.run)

    @property
    def has_pages(self) -> bool:
        """Whether anything was read, be it by an earlier process."""
        return bool(self.ranges.filter(pages__gt=0).exists())

    def parts(
        self, listings: Sequence[Listing], parts_of: Callable[[Listing], Iterable[Part]]
    ) -> deque[Part]:
        known = set(self.ranges.values_list("object_name", flat=True))
        listed = {each.model.stripe.object_name: each for each in listings}
        left = self.ranges.filter(status__in=UNFINISHED, object_name__in=listed).order_by("pk")
        parts = deque(_restored(row, listed[row.object_name]) for row in left)
        self.ranges.filter(status=SyncRange.Status.FAILED).update(
            status=SyncRange.Status.WAITING, error=""
        )
        with transaction.atomic(using=self.using):
            for listing in listings:
                if listing.model.stripe.object_name not in known:
                    parts += [self._add(part) for part in parts_of(listing)]
        return parts

    def _add(self, part: Part) -> Part:
        bounds = (part.start, part.end) if isinstance(part, Span) else (None, None)
        row = SyncRange(
            run=self.run,
            object_name=part.model.stripe.object_name,
            kind=part.kind,
            start=bounds[0],
            end=bounds[1],
        )
        row.save(using=self.using)
        part.key = row.pk
        return part

    def beat(self) -> None:
        if time.monotonic() - self.beaten_at < BEAT:
            return
        self.beaten_at = time.monotonic()
        mine = SyncRun.objects.using(self.using).filter(
            pk=self.run.pk, running=self.run.running, process=self.run.process
        )
        if not mine.update(seen_at=timezone.now()):
            raise OvertakenError

    def note(self, part: Part, as_of: datetime | None = None, report: Report | None = None) -> None:
        counted: dict[str, Any] = {}
        for (_, outcome), count in report.counts.items() if report else ():
            counted[str(outcome)] = counted.get(str(outcome), F(str(outcome))) + count
        if isinstance(part, Span):
            counted["start"] = part.start
        self.ranges.filter(pk=part.key).update(
            cursor=part.state,
            status=SyncRange.Status.DONE if part.is_done else SyncRange.Status.WAITING,
            pages=part.pages,
            read=part.read,
            **counted,
        )
        if self.run.as_of is None and as_of is not None:
            self.run.as_of = as_of
            self.run.save(using=self.using, update_fields=["as_of"])

    def divide(self, part: Part, given: Sequence[Span]) -> None:
        if not given:
            return
        assert isinstance(part, Span)
        with transaction.atomic(using=self.using):
            for each in given:
                self._add(each)
            self.ranges.filter(pk=part.key).update(start=part.start)

    def give_up(self, part: Part, status: Status, error: str) -> None:
        parts = self.ranges.filter(object_name=part.model.stripe.object_name)
        if status is not Status.UNAVAILABLE:
            parts = parts.filter(pk=part.key)
        parts.filter(status=SyncRange.Status.WAITING).update(status=ENDED[status], error=error)


def _restored(row: SyncRange, listing: Listing) -> Part:
    part = KINDS[row.kind](listing, key=row.pk, pages=row.pages, read=row.read)
    if isinstance(part, Span):
        part.start, part.end = row.start, row.end
    if row.cursor is not None:
        part.restore(row.cursor)
    return part


def release_dead(account: str, using: str) -> None:
    """Interrupt the account's run if its process is gone.

    Raises ``AlreadyRunningError`` while the process is alive.
    """
    holders = SyncRun.objects.using(using).filter(running=account or HOME)
    holder = holders.first()
    if holder is None:
        return
    same = holders.filter(pk=holder.pk, seen_at=holder.seen_at)
    interrupted = {"running": None, "status": SyncRun.Status.INTERRUPTED}
    if not _is_dead(holder) or not same.update(**interrupted):
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
    run.running, run.process = run.stripe_account or HOME, this_process()
    run.status, run.finished_at, run.error = SyncRun.Status.RUNNING, None, ""
    run.seen_at = timezone.now()
    lease = ("running", "process", "status", "finished_at", "error", "seen_at")
    try:
        with transaction.atomic(using=using):
            if run.pk is None:
                run.save(using=using)
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
    has_rest = last.ranges.filter(status__in=UNFINISHED).exists()
    return last if is_same and has_rest else None


def names(models: Iterable[type[StripeModel]]) -> list[str]:
    return sorted(model.stripe.object_name for model in models)


@contextmanager
def at_work(run: SyncRun, using: str) -> Iterator[list[ObjectRun]]:
    """Note how the run ends; what is read comes into the list."""
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
        mine.filter(running=run.running).update(
            running=None, status=status, error=error, finished_at=timezone.now()
        )
