"""What payloads of one kind share: worked out once for their keys, and for their values' types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from stripe_django import fields
from stripe_django.exceptions import PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, RESERVED

from .json_text import encode
from .schema import Column, MappingSchema, schema_for


class KeyProfile(NamedTuple):
    """What follows from the keys of a payload.

    ``absent`` are the columns' keys that the payload lacks, ``unknown`` those that have no column.
    ``on_request`` are the columns of absent keys that Stripe sends only on request. ``extra`` is
    the text of that column for a payload with nothing else to store there, and ``absent_text`` that
    of the absent keys in it. ``owned`` are the keys
    under which there are owned objects.
    """

    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    on_request: frozenset[str]
    extra: str
    absent_text: str
    owned: tuple[str, ...]
    has_reserved_keys: bool


@lru_cache(maxsize=2000)
def key_profile(model: type[StripeModel], keys: tuple[str, ...]) -> KeyProfile:
    """The profile of payloads with these keys; raises ``PayloadError`` if not all are strings."""
    if not all(isinstance(key, str) for key in keys):
        raise PayloadError("The payload is not JSON: it has keys that are no strings.")
    schema, present = schema_for(model), frozenset(keys)
    held = ("id", "object", *(column.key for column in schema.columns if column.key))
    absent = tuple(key for key in held if key not in present)
    unknown = tuple(key for key in keys if key not in schema.known_keys)
    return KeyProfile(
        absent=absent,
        unknown=unknown,
        on_request=frozenset(
            name for name, fills in schema.on_request.items() if present.isdisjoint(fills)
        ),
        extra=encode({ABSENT: absent} if absent else {}) or "",
        absent_text=(encode({ABSENT: absent}) or "{}")[1:-1] if absent else "",
        owned=tuple(key for key in keys if key in schema.owned_keys),
        has_reserved_keys=not RESERVED.isdisjoint(unknown),
    )


IndexedColumn = tuple[int, Column]  # a column with its place among all of them
Types = Sequence[type]  # of the values under the columns' keys; that of None where there is none
Bounds = tuple[Callable[[Any], int], int, int]  # what to measure, the lowest and the highest

ANY: Bounds = (id, 0, 0)  # for values that need no check


class BoundedColumns(NamedTuple):
    """Columns that store values as they are, within bounds: texts by their length."""

    columns: tuple[IndexedColumn, ...]
    pick: itemgetter
    bounds: Bounds

    def violations(self, values: Sequence[Any]) -> Sequence[IndexedColumn]:
        """The columns whose value, among those of all columns, is out of bounds."""
        measure, lowest, highest = self.bounds
        sizes = list(map(measure, self.pick(values)))
        if lowest <= min(sizes) and max(sizes) <= highest:
            return ()
        return [each for each in self.columns if not lowest <= measure(values[each[0]]) <= highest]


class TypeProfile(NamedTuple):
    """How values of these types become those of the columns.

    ``bounded`` columns store them as they are, after one check of all. ``converted`` columns
    convert one by one. ``hashes`` become JSON text, which ``copies`` take from another column
    (their own place, the other's, their column). ``rest`` needs the general rules. All other
    columns store what they have.
    """

    bounded: tuple[BoundedColumns, ...]
    converted: tuple[IndexedColumn, ...]
    hashes: tuple[int, ...]
    copies: tuple[tuple[int, int, Column], ...]
    rest: tuple[IndexedColumn, ...]


@lru_cache(maxsize=5000)
def type_profile(model: type[StripeModel], types: Types) -> TypeProfile:
    schema = schema_for(model)
    bounded: dict[Bounds, list[IndexedColumn]] = defaultdict(list)
    converted: list[IndexedColumn] = []
    hashes: list[int] = []
    copies: list[tuple[int, int, Column]] = []
    rest: list[IndexedColumn] = []
    for index, (column, kind) in enumerate(zip(schema.columns, types, strict=True)):
        if column.is_variant:
            rest.append((index, column))
        elif kind is NoneType:
            elsewhere = [each for each in column.others if not _is_null(each, schema, types)]
            source = _json_column(elsewhere[0], schema) if column.is_json and elsewhere else None
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
    return TypeProfile(
        tuple(_bounded(columns, bounds) for bounds, columns in bounded.items()),
        tuple(converted),
        tuple(hashes),
        tuple(copies),
        tuple(rest),
    )


def _bounds(column: Column, kind: type) -> Bounds | None:
    """Within which the column stores a value of this type as it is; ``None`` if it never does."""
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


def _bounded(columns: list[IndexedColumn], bounds: Bounds) -> BoundedColumns:
    indexes = [index for index, _ in columns]
    pick = itemgetter(*indexes, indexes[0])  # a tuple, also of one column
    return BoundedColumns(tuple(columns), pick, bounds)


def _is_null(source: fields.Source, schema: MappingSchema, types: Types) -> bool:
    """Whether it is certain that the source has no value."""
    if callable(source):
        return False
    index = schema.by_key.get(source.partition(".")[0])
    return index is not None and types[index] is NoneType


def _json_column(source: fields.Source, schema: MappingSchema) -> int | None:
    """The place of the JSON column that stores what the source has, if there is one."""
    index = None if callable(source) else schema.by_key.get(source)
    return index if index is not None and schema.columns[index].is_json else None
