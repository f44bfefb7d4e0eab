"""The leases of ranges: which range a process takes next, and whether it still has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from stripe_django.models import SyncRange, SyncRun
from stripe_django.sync.database.row_locks import all_locked

from . import lease_terms
from .checkpoints import transactions
from .lease_terms import RELEASED, is_free, is_leased, terms
from .partitions import Partition
from .processes import this_process

ATTEMPTS = 3  # at ranges that other processes have taken meanwhile
PER_ACCOUNT = 64  # ranges under way at once, while other accounts wait
SPARE = 8  # ranges that are looked at besides those that are wanted

WAITING = SyncRange.Status.WAITING


def waiting(using: str, run: SyncRun | None = None) -> QuerySet[SyncRange]:
    """The ranges left to be read of one run, or of all that are active."""
    rows = SyncRange.objects.using(using).filter(status=WAITING, run__status=SyncRun.Status.RUNNING)
    return rows if run is None else rows.filter(run=run)


def claim(using: str, count: int, run: SyncRun | None = None) -> list[SyncRange]:
    """Take the leases of up to so many ranges."""
    found: list[SyncRange] = []
    for _ in range(ATTEMPTS):
        keys = list(_in_turn(using, run)[: count + SPARE])
        if not keys:
            break
        for attempt in transactions(using):
            with attempt:
                found = _take(using, keys, count)
        if found:
            break
    return found


def _take(using: str, keys: Collection[int], count: int) -> list[SyncRange]:
    rows = SyncRange.objects.using(using)
    free = rows.filter(is_free(), pk__in=keys, status=WAITING).order_by("pk")
    locked = {row.pk: row for row in all_locked(free, skip_locked=True)}
    found = [locked[key] for key in keys if key in locked][:count]
    lease = terms()
    if found:
        rows.filter(pk__in=[row.pk for row in found]).update(**lease)
    for row in found:
        row.token = lease["token"]
    return found


def _in_turn(using: str, run: SyncRun | None) -> QuerySet[SyncRange, int]:
    """The keys of the free ranges, in the order in which they are read.

    The account with the fewest ranges under way comes first, and one with ``PER_ACCOUNT`` of them
    gets no more while others wait; within an account, the oldest range comes first.
    The lists of parents come after the list that has the parents.
    """
    parents = waiting(using).filter(run=OuterRef("run"), object_name=OuterRef("parent"))
    free = waiting(using, run).filter(is_free(), ~Exists(parents), run__is_planned=True)
    if run is not None:
        return free.order_by("pk").values_list("pk", flat=True)
    held = waiting(using).filter(is_leased()).order_by().values_list("run__stripe_account")
    counts = dict(held.annotate(Count("pk")))
    full = [account for account, count in counts.items() if count >= PER_ACCOUNT]
    others = free.exclude(run__stripe_account__in=full)
    if full and others.exists():
        free = others
    under_way = [
        When(run__stripe_account=account, then=Value(count)) for account, count in counts.items()
    ]
    place = Window(RowNumber(), partition_by=F("run__stripe_account"), order_by="pk")
    turn = Case(*under_way, default=Value(0)) + place
    return free.annotate(turn=turn).order_by("turn", "pk").values_list("pk", flat=True)


def renew(using: str, partitions: Iterable[Partition]) -> set[int]:
    """Renew the leases of partitions; returns the keys of those that this process still has."""
    held = {each.key or 0: each.token for each in partitions}
    rows = SyncRange.objects.using(using).filter(status=WAITING, token__in=set(held.values()))
    renewed = 0
    for attempt in transactions(using):
        with attempt:
            renewed = rows.filter(pk__in=held).update(leased_until=lease_terms.until())
    if renewed == len(held):
        return set(held)
    found: dict[Any, str] = dict(rows.filter(pk__in=held).values_list("pk", "token"))
    return {key for key, token in held.items() if found.get(key) == token}


def release(using: str, partitions: Iterable[Partition]) -> None:
    """Leave partitions to other processes, or to this one again."""
    held = {each.key or 0: each.token for each in partitions}
    rows = SyncRange.objects.using(using).filter(pk__in=held, token__in=set(held.values()))
    for attempt in transactions(using):
        with attempt:
            rows.update(**RELEASED)


def ask(using: str, count: int, run: SyncRun | None = None) -> None:
    """Ask the processes that read ranges to leave so many to this one."""
    held = SyncRange.objects.using(using).filter(is_leased(), run=OuterRef("pk"), status=WAITING)
    others = held.exclude(process=this_process())
    runs = SyncRun.objects.using(using).filter(Exists(others), status=SyncRun.Status.RUNNING)
    runs = runs if run is None else runs.filter(pk=run.pk)
    for attempt in transactions(using):
        with attempt:
            runs.update(wanted=count)
