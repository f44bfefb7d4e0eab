"""Runs of ``stripe_sync`` that ended, and their ranges; and results of ``stripe_verify``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_noop

from stripe_django.models import SyncRange, SyncRun, Verification

from . import batches
from .batches import Step
from .lease import Turn

Status, Kind = SyncRun.Status, SyncRun.Kind
ENDED = (Verification.Status.DONE, Verification.Status.FAILED, Verification.Status.UNAVAILABLE)
COLUMNS = ("stripe_account", "pk", "status", "kind", "objects_read", "finished_at", "started_at")


def runs(turn: Turn) -> Iterator[int]:
    """Those that a later run has made superfluous.

    An incremental run begins where the last complete one of the same objects did, and one that
    failed or was interrupted is resumed: the last of these stay, however old they are.
    """
    before = turn.cutoff("runs")
    if before is None:
        return
    all_runs = SyncRun.objects.using(turn.using).order_by("stripe_account", "-pk")
    rows = all_runs.values_list(*COLUMNS).iterator()
    superfluous: list[int] = []
    for _account, of_account in groupby(rows, itemgetter(0)):
        superfluous += _superfluous(of_account, before)
    for start in range(0, len(superfluous), batches.SIZE):
        yield _delete(superfluous[start : start + batches.SIZE], turn)
        turn.move(0)


def _superfluous(newest_first: Iterator[tuple[Any, ...]], before: datetime) -> Iterator[int]:
    """The keys of an account's old runs that are not needed."""
    complete: set[tuple[bool, frozenset[str]]] = set()  # by whether everything was listed
    for _account, pk, status, kind, objects_read, finished_at, started_at in newest_first:
        objects, is_full = frozenset(objects_read), kind == Kind.FULL
        is_last = not any(
            objects <= later and (was_full or not is_full) for was_full, later in complete
        )
        is_old = (finished_at or started_at) < before
        is_needed = is_last and (kind != Kind.SINCE or status != Status.DONE)
        if is_old and status != Status.RUNNING and not is_needed:
            yield pk
        elif status == Status.DONE and kind != Kind.SINCE:
            complete.add((is_full, objects))


def _delete(keys: list[int], turn: Turn) -> int:
    """Delete runs; the ranges first, of which one run may have thousands."""
    ranges = SyncRange.objects.using(turn.using).filter(run__in=keys).order_by("pk")
    while not turn.is_dry and (some := list(ranges.values_list("pk", flat=True)[: batches.SIZE])):
        batches.delete(ranges.order_by().filter(pk__in=some), turn)
    chosen = SyncRun.objects.using(turn.using).filter(pk__in=keys)
    return batches.delete(batches.unreferenced(chosen), turn)


def verifications(turn: Turn) -> Iterator[int]:
    """Results that ended, but for the newest of each object, and those with differences left."""
    before = turn.cutoff("verifications")
    if before is None:
        return
    results = Verification.objects.using(turn.using)
    newest: set[int] = set()
    for found in (results.latest_by_object(), results.latest_balance_proofs()):
        newest.update(found.values_list("pk", flat=True))
    unresolved = results.unresolved().only("differences", "repaired")
    newest.update(each.pk for each in unresolved.iterator() if each.remaining > 0)
    ended = results.filter(status__in=ENDED)
    for rows in batches.walk(ended, turn, clock="started_at", until=before):
        old = rows.filter(finished_at__lt=before).exclude(pk__in=newest)
        yield batches.delete(batches.unreferenced(old), turn)


STEPS = (
    Step("runs", gettext_noop("runs of stripe_sync"), runs),
    Step("verifications", gettext_noop("results of stripe_verify"), verifications),
)
