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
Kind = tuple[type, int]  # a type, and how many characters of it fit; 0 without a limit


class Alike(NamedTuple):
    """Columns that hold values of one type as they are, and null.

    ``limit`` is how many characters fit, where there is a limit; no text may be empty then.
    """

    places: tuple[Place, ...]
    kind: type
    limit: int
    pick: itemgetter

    def misfits(self, values: Sequence[Any]) -> Iterable[Place]:
        """Those that do not hold theirs among the values for all columns."""
        found = self.pick(values)
        if {self.kind, NoneType}.issuperset(map(type, found)) and self._are_short(found):
            return ()
        return [place for place in self.places if not self._fits(values[place[0]])]

    def _are_short(self, found: tuple[Any, ...]) -> bool:
        if not self.limit:
            return True
        return "" not in found and max(map(len, filter(None, found)), default=0) <= self.limit

    def _fits(self, value: Any) -> bool:
        if value is None or type(value) is not self.kind:
            return value is None
        return not self.limit or 0 < len(str(value)) <= self.limit


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
    return Alike(tuple(places), *kind, itemgetter(*indexes, indexes[0]))  # a tuple, always
