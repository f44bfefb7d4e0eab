"""How many rows each table has, how many of them are ambiguous, and how new they are.

A table is counted in ranges of keys: the last one, which grows, often, and those before it now and
then. A count over a range reads no more than the range.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from stripe_django import registry
from stripe_django.models import ObjectStatistics, TableRange
from stripe_django.models.base import StripeModel

from .lease import Turn

RANGE = 50_000  # keys
NEWEST_EVERY = timedelta(hours=1)
ALL_EVERY = timedelta(days=1)

Ranges = dict[int, datetime | None]


def mark(names: Collection[str], using: str) -> None:
    """Mark the newest rows of these objects to be counted next."""
    ObjectStatistics.objects.using(using).filter(object_name__in=names).update(counted_at=None)


def mark_all(names: Collection[str], using: str) -> None:
    """Mark all rows of these objects to be counted again."""
    TableRange.objects.using(using).filter(object_name__in=names).update(counted_at=None)
    mark(names, using)


def steps(turn: Turn) -> Iterator[None]:
    """Count the due ranges, the oldest counts first, one range in each step."""
    known, empty = _known(turn), []
    try:
        for name in _due(turn):
            ranges = known[name]
            last, is_empty = max(ranges, default=None), not ranges
            for first_id in _of(registry.by_object_name()[name], ranges, turn):
                is_empty = False
                _count(registry.by_object_name()[name], first_id, turn)
                if first_id != last:  # which is counted in each turn, and would be all it does
                    yield
            if is_empty:
                empty.append(name)
                continue
            _sum_up(name, turn)
            yield
    finally:  # most tables of most projects are empty: one statement notes it of all
        _objects(turn).filter(object_name__in=empty).update(counted_at=turn.began_at)


def _objects(turn: Turn) -> QuerySet:
    return ObjectStatistics.objects.using(turn.using)


def _known(turn: Turn) -> dict[str, Ranges]:
    """When each range of each object was last counted."""
    known: dict[str, Ranges] = defaultdict(dict)
    columns = ("object_name", "first_id", "counted_at")
    for name, first_id, counted_at in TableRange.objects.using(turn.using).values_list(*columns):
        known[name][first_id] = counted_at
    return known


def _due(turn: Turn) -> list[str]:
    names = {model.stripe.object_name for model in registry.models()}
    missing = names - set(_objects(turn).values_list("object_name", flat=True))
    _objects(turn).bulk_create(ObjectStatistics(object_name=name) for name in sorted(missing))
    due = _objects(turn).filter(
        Q(counted_at=None) | Q(counted_at__lte=turn.began_at - NEWEST_EVERY), object_name__in=names
    )
    return list(
        due.order_by(F("counted_at").asc(nulls_first=True)).values_list("object_name", flat=True)
    )


def _of(model: type[StripeModel], known: Ranges, turn: Turn) -> Iterator[int]:
    """The ranges to be counted: those that are old, the last one, and those that are new."""
    last = max(known, default=-RANGE)
    old = turn.began_at - ALL_EVERY
    for first_id, counted_at in known.items():
        if first_id == last or counted_at is None or counted_at <= old:
            yield first_id
    keys = model.objects.using(turn.using).order_by("pk").values_list("pk", flat=True)
    while (key := keys.filter(pk__gte=last + RANGE).first()) is not None:
        last = key // RANGE * RANGE
        yield last


def _count(model: type[StripeModel], first_id: int, turn: Turn) -> None:
    rows = model.objects.using(turn.using).filter(pk__gte=first_id, pk__lt=first_id + RANGE)
    found = rows.aggregate(
        rows=Count("pk"), ambiguous=Count("pk", filter=Q(ambiguous=True)), newest_at=Max("as_of")
    )
    TableRange.objects.using(turn.using).update_or_create(
        object_name=model.stripe.object_name,
        first_id=first_id,
        defaults={**found, "counted_at": turn.began_at},
    )


def _sum_up(name: str, turn: Turn) -> None:
    ranges = TableRange.objects.using(turn.using).filter(object_name=name)
    found = ranges.aggregate(
        rows=Sum("rows"), ambiguous=Sum("ambiguous"), newest_at=Max("newest_at")
    )
    _objects(turn).filter(object_name=name).update(
        rows=int(found["rows"]),
        ambiguous=int(found["ambiguous"]),
        newest_at=found["newest_at"],
        counted_at=turn.began_at,
    )
