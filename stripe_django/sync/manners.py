"""How the values of columns are taken over: most of them without a look of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from stripe_django import fields
from stripe_django.fields.references import ID_LENGTH

from .columns import Column

Place = tuple[int, Column]  # a column, and where it is among all of them
Kind = tuple[type, int]  # what some columns hold as it is, and up to how many characters of it


class Alike(NamedTuple):
    """Columns that hold values of one type as they are, and null."""

    places: tuple[Place, ...]
    kind: Kind
    pick: itemgetter

    def fit(self, values: Sequence[Any]) -> bool:
        """Whether they hold theirs among the values for all columns."""
        found = self.pick(values)
        kind, limit = self.kind
        if not {kind, NoneType}.issuperset(map(type, found)):
            return False
        return not limit or (
            "" not in found and max(map(len, filter(None, found)), default=0) <= limit
        )


class Manners(NamedTuple):
    """The columns of a model by the manner: ``alike`` at once, all others one by one.

    ``converted`` and ``hashes`` are null where the payload has no value. ``rest`` are those that
    may have theirs from elsewhere, or that take some thought.
    """

    alike: tuple[Alike, ...]
    converted: tuple[Place, ...]
    hashes: tuple[Place, ...]
    rest: tuple[Place, ...]


def manners(columns: Iterable[Column]) -> Manners:
    alike: dict[Kind, list[Place]] = defaultdict(list)
    converted: list[Place] = []
    hashes: list[Place] = []
    rest: list[Place] = []
    for index, column in enumerate(columns):
        kind = _kind(column)
        if column.fallbacks or column.is_kinds:
            rest.append((index, column))
        elif kind:
            alike[kind].append((index, column))
        elif column.is_json:
            hashes.append((index, column))
        else:
            (converted if column.is_simple else rest).append((index, column))
    return Manners(
        tuple(_alike(kind, places) for kind, places in alike.items()),
        tuple(converted),
        tuple(hashes),
        tuple(rest),
    )


def _kind(column: Column) -> Kind | None:
    field, target = column.field, column.target
    if isinstance(field, fields.FlagField):
        return bool, 0
    if isinstance(field, fields.CodeField):
        return str, field.max_length or 0
    if isinstance(field, fields.LongText):
        return str, 0
    if target and target.ID_PREFIXES is None and not target.ID_FROM:
        return str, ID_LENGTH
    return None


def _alike(kind: Kind, places: list[Place]) -> Alike:
    indexes = [index for index, _ in places]
    return Alike(tuple(places), kind, itemgetter(*indexes, indexes[0]))  # always more than one
