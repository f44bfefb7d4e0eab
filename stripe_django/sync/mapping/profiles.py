"""What payloads of one kind share: worked out once for their keys, and for their values' types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from stripe_django import fields
from stripe_django.exceptions import PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, RESERVED

from .json_text import encode
from .schema import Column, Getter, MappingSchema, schema_for


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: there is one of each
class KeyProfile:
    """What follows from the keys of a payload.

    ``present`` are the keys, ``absent`` the columns' keys that the payload lacks, ``unknown`` those
    that have no column. ``on_request`` are the columns of absent keys that Stripe sends only on
    request. ``extra`` is the text of that column for a payload with nothing else to store there,
    and ``absent_text`` that of the absent keys in it. ``owned`` are the keys
    under which there are owned objects.
    """

    schema: MappingSchema
    present: frozenset[str]
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
        raise PayloadError(_("The payload is not JSON: it has keys that are no strings."))
    schema, present = schema_for(model), frozenset(keys)
    held = ("id", "object", *(column.key for column in schema.columns if column.key))
    absent = tuple(key for key in held if key not in present)
    unknown = tuple(key for key in keys if key not in schema.known_keys)
    return KeyProfile(
        schema=schema,
        present=present,
        absent=absent,
        unknown=unknown,
        on_request=frozenset(
            name for name, fills in schema.on_request.items() if present.isdisjoint(fills)
        ),
        extra=_extra({}, absent),
        absent_text=(encode({ABSENT: absent}) or "{}")[1:-1] if absent else "",
        owned=tuple(key for key in keys if key in schema.owned_keys),
        has_reserved_keys=not RESERVED.isdisjoint(unknown),
    )


def _extra(values: dict[str, Any], absent: tuple[str, ...]) -> str:
    return encode(values | {ABSENT: absent} if absent else values) or ""


IndexedColumn = tuple[int, Column]  # a column with its place among all of them
Types = Sequence[type]  # of the values under the columns' keys; that of None where there is none
Converter = Callable[[Any], Any]  # from a value of a payload
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
        picked = self.pick(values)
        sizes = picked if measure is int else list(map(measure, picked))
        if lowest <= min(sizes) and max(sizes) <= highest:
            return ()
        return [each for each in self.columns if not lowest <= measure(values[each[0]]) <= highest]


class TypeProfile(NamedTuple):
    """How values of these types become those of the columns.

    ``bounded`` columns store them as they are, after one check of all; so do ``ids``, which are
    unique in one account only, if it is your own. ``converted`` columns
    convert one by one. ``hashes`` become JSON text, which ``copies`` take from another column
    (their own place and the other's). ``computed`` columns have no key, but a function of the
    payload. ``rest`` needs the general rules. All other columns store what they have.
    ``extra`` is the text of that column for a payload with nothing else to store there: ``nulls``,
    which are of the keys of ``copies``, and what is absent.
    """

    bounded: tuple[BoundedColumns, ...]
    ids: tuple[IndexedColumn, ...]
    converted: tuple[IndexedColumn, ...]
    hashes: tuple[int, ...]
    copies: tuple[tuple[int, int], ...]
    computed: tuple[tuple[int, Getter, Converter], ...]
    rest: tuple[IndexedColumn, ...]
    nulls: dict[str, None]
    extra: str


@lru_cache(maxsize=5000)
def type_profile(keys: KeyProfile, types: Types) -> TypeProfile:
    """The profile of payloads with these keys, and values of these types for the columns."""
    schema = keys.schema
    bounded: dict[Bounds, list[IndexedColumn]] = defaultdict(list)
    copies: list[tuple[int, int]] = []
    computed: list[tuple[int, Getter, Converter]] = []
    others: dict[str, list[IndexedColumn]] = defaultdict(list)
    for index, (column, kind) in enumerate(zip(schema.columns, types, strict=True)):
        if kind is NoneType and not column.is_variant:
            sources = _sources(column, keys, types)
            copied = _json_column(sources[0][0], schema) if column.is_json and sources else None
            if copied is not None:
                copies.append((index, copied))
            elif len(sources) == 1 and column.key is None and column.is_simple:
                computed.append((index, sources[0][1], column.field.from_payload))
            elif sources:
                others["rest"].append((index, column))
        elif bounds := _bounds(column, kind):
            bounded[bounds].append((index, column))
        else:
            others[_treatment(column, kind, schema)].append((index, column))
    bounded.pop(ANY, None)
    copied_keys = [schema.columns[index].key for index, _ in copies]
    nulls = dict.fromkeys(key for key in copied_keys if key and key in keys.present)
    return TypeProfile(
        bounded=tuple(_bounded(columns, bounds) for bounds, columns in bounded.items()),
        ids=tuple(others["ids"]),
        converted=tuple(others["converted"]),
        hashes=tuple(index for index, _ in others["hashes"]),
        copies=tuple(copies),
        computed=tuple(computed),
        rest=tuple(others["rest"]),
        nulls=nulls,
        extra=_extra(nulls, keys.absent) if nulls else keys.extra,
    )


def _treatment(column: Column, kind: type, schema: MappingSchema) -> str:
    """The field of ``TypeProfile`` for a column whose key has a value of this type."""
    if column.is_variant:
        return "rest"
    if column.is_json:
        return "hashes"
    target = column.target
    if kind is str and target and not target.stripe.id_from and column.key not in schema.elsewhere:
        return "ids"
    return "converted" if column.is_simple else "rest"


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


def _sources(
    column: Column, keys: KeyProfile, types: Types
) -> Sequence[tuple[fields.Source, Getter]]:
    """The column's other sources that may have a value, with their getters."""
    found = zip(column.others, column.fallbacks, strict=True)
    return [each for each in found if not _is_null(each[0], keys, types)]


def _is_null(source: fields.Source, keys: KeyProfile, types: Types) -> bool:
    """Whether it is certain that the source has no value."""
    if callable(source):
        return False
    key = source.partition(".")[0]
    index = keys.schema.by_key.get(key)
    return key not in keys.present or (index is not None and types[index] is NoneType)


def _json_column(source: fields.Source, schema: MappingSchema) -> int | None:
    """The place of the JSON column that stores what the source has, if there is one."""
    index = None if callable(source) else schema.by_key.get(source)
    return index if index is not None and schema.columns[index].is_json else None
