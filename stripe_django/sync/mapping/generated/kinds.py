"""The shape of a payload: all that the source of its function depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import NoneType
from typing import NamedTuple

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.identity import Context
from stripe_django.sync.mapping.schema import schema_for

from .treatments import Expected, expected


class Shape(NamedTuple):
    """The keys of a payload, and ``kinds`` of their values: a type, or ``Expected``.

    ``reference`` is the column that refers to the object around a nested one, ``is_home`` says
    that the payload is of your own account and mode.
    """

    model: type[StripeModel]
    keys: tuple[str, ...]
    kinds: tuple[type, ...]
    reference: str | None = None
    is_home: bool = True

    @property
    def kind_of(self) -> dict[str, type]:
        return dict(zip(self.keys, self.kinds, strict=True))


def surroundings(context: Context) -> tuple[str | None, bool]:
    """The part of a shape that is not in the payload: ``reference`` and ``is_home``."""
    reference = context.parent.reference if context.parent else None
    return reference, context.account == "" and context.livemode is context.home.livemode


def shape_of(
    model: type[StripeModel],
    keys: tuple[str, ...],
    types: Sequence[type],
    reference: str | None = None,
    is_home: bool = True,
) -> Shape:
    kinds = tuple(_kinds(model, keys, types, is_home))
    return Shape(model, keys, kinds, reference, is_home)


def _kinds(
    model: type[StripeModel], keys: tuple[str, ...], types: Sequence[type], is_home: bool
) -> Iterator[type]:
    schema, decisive = schema_for(model), decisive_keys(model)
    for key, kind in zip(keys, types, strict=True):
        index = schema.by_key.get(key)
        if index is None:
            yield kind if key == "id" and kind is not str else Expected
        elif kind is NoneType:
            yield NoneType if key in decisive else Expected
        else:
            usual = expected(schema.columns[index], schema, is_home=is_home)
            yield Expected if usual and kind in usual.types else kind


@cache
def decisive_keys(model: type[StripeModel]) -> frozenset[str]:
    """The keys whose null means something: that a column takes its value from elsewhere."""
    columns = [column for column in schema_for(model).columns if column.others]
    own = {column.key for column in columns if column.key}
    return frozenset(own | {first for column in columns for first in _first_keys(column.others)})


def _first_keys(sources: Sequence[fields.Source]) -> Iterator[str]:
    return (each.partition(".")[0] for each in sources if isinstance(each, str))


def usual_shape(model: type[StripeModel]) -> Shape:
    """The shape of payloads as today's API sends them: no retired keys, and no odd values."""
    columns = schema_for(model).columns
    keys = [each.key for each in columns if each.key and not each.field.retired]
    every = tuple(dict.fromkeys(["id", "object", *sorted(keys)]))
    return Shape(model, every, tuple(Expected for _ in every))
