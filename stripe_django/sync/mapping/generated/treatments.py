"""How a generated function fills each column of one shape."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto
from types import NoneType
from typing import NamedTuple

from stripe_django import fields
from stripe_django.fields.references import ID_LENGTH
from stripe_django.sync.mapping.schema import Column, Getter, MappingSchema

ALL = frozenset({str, int, float, Decimal, bool, dict, list, tuple})  # of JSON, decoded
SCALARS = frozenset({str, int, float, Decimal})


class Expected:
    """In place of the type of a value that is of a type the column expects, or null."""


class Manner(Enum):
    """``STORED`` columns take what was sent, ``CONVERTED`` ones convert it, ``ENCODED`` ones have
    its JSON text, ``COPIED`` ones that of another column. ``COMPUTED`` columns have no key, but a
    function of the payload. ``GENERAL`` ones need the rules of the strict path.
    """

    NULL = auto()
    STORED = auto()
    MOMENT = auto()
    CONVERTED = auto()
    ENCODED = auto()
    COPIED = auto()
    COMPUTED = auto()
    GENERAL = auto()


class Treatment(NamedTuple):
    """``types`` are those of the values that it is for, ``check`` is a condition of them, with
    ``{0}`` for the value. A value that does not meet it needs the strict path.
    """

    manner: Manner
    types: Collection[type] = ()
    check: str = ""
    source: int | None = None  # the place of the column that is copied
    getter: Getter | None = None


NULL, GENERAL = Treatment(Manner.NULL), Treatment(Manner.GENERAL)
LENGTH = f"0 < len({{0}}) <= {ID_LENGTH}"


def expected(column: Column, schema: MappingSchema, *, is_home: bool) -> Treatment | None:
    """The treatment of the values that the column usually has; ``None`` if there are none."""
    field = column.field
    if column.is_variant or column.is_subject:
        return None
    if column.is_json:
        return Treatment(Manner.ENCODED, ALL)
    if column.target is not None:
        return _reference(column, schema, is_home=is_home)
    if isinstance(field, fields.FlagField):
        return Treatment(Manner.STORED, {bool})
    if isinstance(field, fields.Whole):
        return Treatment(Manner.STORED, {int}, f"{field.lowest} <= {{0}} <= {field.highest}")
    if isinstance(field, fields.LongText):
        return Treatment(Manner.STORED, {str})
    if isinstance(field, fields.CodeField):
        return Treatment(Manner.STORED, {str}, f"len({{0}}) <= {field.max_length}")
    if isinstance(field, fields.TimestampField) and field.unit is fields.Unit.SECONDS:
        return Treatment(Manner.MOMENT, {int}, f"{field.lowest} <= {{0}} <= {field.highest}")
    return Treatment(Manner.CONVERTED, SCALARS)


def _reference(column: Column, schema: MappingSchema, *, is_home: bool) -> Treatment | None:
    assert column.target is not None
    resource = column.target.stripe
    if resource.id_from:
        return None
    if resource.id_prefixes is None:
        return Treatment(Manner.STORED, {str}, LENGTH)
    if is_home and column.key not in schema.elsewhere:
        return Treatment(Manner.STORED, {str}, f'{LENGTH} and ":" not in {{0}}')
    return None


def treatment(
    column: Column,
    schema: MappingSchema,
    kinds: Mapping[str, type],
    reference: str | None,
    is_home: bool,
) -> Treatment:
    """The treatment of a column in payloads with these kinds of values by their keys."""
    if column.is_variant or column.name == reference:
        return GENERAL
    kind = kinds.get(column.key, NoneType) if column.key else NoneType
    if kind is not NoneType:
        usual = expected(column, schema, is_home=is_home)
        return usual if usual and kind is Expected else GENERAL
    sources = _sources(column, kinds)
    if not sources:
        return NULL
    source, getter = sources[0]
    copied = _json_column(source, schema) if column.is_json else None
    if copied is not None:
        return Treatment(Manner.COPIED, source=copied)
    if len(sources) == 1 and column.key is None and column.is_simple:
        return Treatment(Manner.COMPUTED, getter=getter)
    return GENERAL


def _sources(column: Column, kinds: Mapping[str, type]) -> Sequence[tuple[fields.Source, Getter]]:
    """The column's other sources that may have a value, with their getters."""
    found = zip(column.others, column.fallbacks, strict=True)
    return [each for each in found if not _is_null(each[0], kinds)]


def _is_null(source: fields.Source, kinds: Mapping[str, type]) -> bool:
    """Whether it is certain that the source has no value."""
    return isinstance(source, str) and kinds.get(source.partition(".")[0], NoneType) is NoneType


def _json_column(source: fields.Source, schema: MappingSchema) -> int | None:
    """The place of the JSON column that stores what the source has, if there is one."""
    index = schema.by_key.get(source) if isinstance(source, str) else None
    return index if index is not None and schema.columns[index].is_json else None
