"""What follows from the types of a payload's values, which many objects of one kind share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from stripe_django import fields
from stripe_django.fields.references import ID_LENGTH
from stripe_django.models.base import StripeModel

from .columns import Column
from .schema import Plan, plan

Place = tuple[int, Column]  # a column, and where it is among all of them
Types = Sequence[type]  # of the values under the columns' keys; that of None where there is none
Bounds = tuple[Callable[[Any], int], int, int]  # what to measure, the lowest and the highest

ANY: Bounds = (id, 0, 0)  # for values that need no look


class Bounded(NamedTuple):
    """Columns that hold values as they are, if these are within bounds: texts by their length."""

    places: tuple[Place, ...]
    pick: itemgetter
    bounds: Bounds

    def misfits(self, values: Sequence[Any]) -> Sequence[Place]:
        """Those that do not hold theirs among the values for all columns."""
        measure, lowest, highest = self.bounds
        sizes = list(map(measure, self.pick(values)))
        if lowest <= min(sizes) and max(sizes) <= highest:
            return ()
        return [each for each in self.places if not lowest <= measure(values[each[0]]) <= highest]


class Fit(NamedTuple):
    """How the values of such a payload become those of the columns.

    ``bounded`` are taken as they are after a look at all of them, ``converted`` one by one.
    ``hashes`` become JSON text, which ``copies`` have from another column, both by their place.
    ``rest`` may have theirs from elsewhere, or take some thought. All others hold what they have.
    """

    bounded: tuple[Bounded, ...]
    converted: tuple[Place, ...]
    hashes: tuple[int, ...]
    copies: tuple[tuple[int, int, Column], ...]
    rest: tuple[Place, ...]


@lru_cache(maxsize=5000)
def fit(model: type[StripeModel], types: Types) -> Fit:
    known = plan(model)
    bounded: dict[Bounds, list[Place]] = defaultdict(list)
    converted: list[Place] = []
    hashes: list[int] = []
    copies: list[tuple[int, int, Column]] = []
    rest: list[Place] = []
    for index, (column, kind) in enumerate(zip(known.columns, types, strict=True)):
        if column.is_kinds:
            rest.append((index, column))
        elif kind is NoneType:
            elsewhere = [each for each in column.others if not _is_null(each, known, types)]
            source = _key_of(elsewhere[0], known) if column.is_json and elsewhere else None
            if source is not None:
                copies.append((index, source, column))
            elif elsewhere:
                rest.append((index, column))
        elif bounds := _bounds(column, kind):
            bounded[bounds].append((index, column))
        elif column.is_json:
            hashes.append(index)
        else:
            (converted if column.is_simple else rest).append((index, column))
    bounded.pop(ANY, None)
    return Fit(
        tuple(_bounded(places, bounds) for bounds, places in bounded.items()),
        tuple(converted),
        tuple(hashes),
        tuple(copies),
        tuple(rest),
    )


def _bounds(column: Column, kind: type) -> Bounds | None:
    """Within which the column holds a value of this type as it is; ``None`` if it never does."""
    field, target = column.field, column.target
    if kind is bool and isinstance(field, fields.FlagField):
        return ANY
    if kind is int and isinstance(field, fields.Whole):
        return int, field.lowest, field.highest
    if kind is not str:
        return None
    if isinstance(field, fields.LongText):
        return ANY
    if isinstance(field, fields.CodeField):
        return len, 1, field.max_length or 0
    if target and target.stripe.id_prefixes is None and not target.stripe.id_from:
        return len, 1, ID_LENGTH
    return None


def _bounded(places: list[Place], bounds: Bounds) -> Bounded:
    indexes = [index for index, _ in places]
    return Bounded(tuple(places), itemgetter(*indexes, indexes[0]), bounds)  # a tuple, always


def _is_null(source: fields.Source, known: Plan, types: Types) -> bool:
    """Whether it is certain that the source has no value."""
    if callable(source):
        return False
    index = known.by_key.get(source.partition(".")[0])
    return index is not None and types[index] is NoneType


def _key_of(source: fields.Source, known: Plan) -> int | None:
    """The JSON column that holds what the source has, if there is one."""
    index = None if callable(source) else known.by_key.get(source)
    return index if index is not None and known.columns[index].is_json else None
