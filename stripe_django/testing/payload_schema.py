"""What a payload is made of: the keys of each object and hash that the SDK declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache

from django.db import models

from stripe_django import fields, registry
from stripe_django.models.base import columns
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.objects import SdkField
from stripe_django.sdk.source import SourceClass

from .ids import new_id
from .sample_values import Maker, maker_of
from .statuses import documented_statuses

# Hashes beside a ``type`` in free text that belong to none of the types.
NOT_KINDS = frozenset({"billing_details", "logo", "reason"})

# How a column of an object that the SDK no longer has stands in its payloads.
KIND_OF: tuple[tuple[type[models.Field], Kind], ...] = (
    (fields.HashField, Kind.ANY),
    (fields.TimestampField, Kind.INTEGER),
    (models.BigIntegerField, Kind.INTEGER),
    (models.IntegerField, Kind.INTEGER),
    (models.DecimalField, Kind.FLOAT),
    (models.BooleanField, Kind.FLAG),
    (models.Field, Kind.TEXT),
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key; ``make`` gives its single values, ``on_demand`` keys are there only if given."""

    name: str
    annotation: Annotation
    make: Maker
    on_demand: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The keys of an object or a hash.

    ``identity`` is the identifying key, always filled in. ``kinds`` are the
    keys of which ``type`` names the one that applies: in a union the others are missing,
    elsewhere they are null.
    """

    name: str
    keys: Mapping[str, Key]
    identity: str
    kinds: frozenset[str]
    is_union: bool

    def check(self, given: Iterable[str]) -> None:
        """Raises ``TypeError`` for a key that is none of this shape's."""
        for name in given:
            if name not in self.keys:
                raise TypeError(f"{self.name} has no {name!r}.{hint(name, self.keys)}")


def hint(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known)
    return f" Did you mean {' or '.join(near)}?" if near else ""


@cache
def object_shape(name: str) -> Shape:
    """The shape of a Stripe object; raises ``LookupError`` if there is none of that name."""
    model = registry.by_object_name().get(name)
    held = columns(model) if model else {}
    if name in objects.names():
        declared = dict(objects.sdk_object(name).fields)
    elif model is not None and name == model.stripe.object_name:
        declared = {each.name: each for each in _before_the_sdk(name, held)}
    else:
        known = [*objects.names(), *registry.by_object_name()]
        raise LookupError(f"Stripe has no object {name!r}.{hint(name, known)}")
    keys = {each.name: _key(each, held.get(each.name)) for each in declared.values()}
    if statuses := documented_statuses(declared["status"], keys) if "status" in keys else ():
        annotation = keys["status"].annotation
        annotation = replace(annotation, kind=Kind.ENUM, values=statuses)
        keys["status"] = replace(keys["status"], annotation=annotation)
    former = {key: _on_demand(key, column) for key, column in held.items() if key not in keys}
    if "id" in keys:
        keys["id"] = replace(keys["id"], make=lambda draw: new_id(name, draw))
        return _shape(name, keys | former)
    return _shape(name, keys | former, *(model.stripe.id_from[:1] if model else ()))


@cache
def hash_shape(source: SourceClass) -> Shape:
    """The shape of a hash inside an object."""
    declared = objects.fields_of(source).values()
    return _shape(source.node.name, {each.name: _key(each, None) for each in declared})


def _before_the_sdk(name: str, held: Mapping[str, fields.StripeField]) -> Iterator[SdkField]:
    """The keys of an object that the SDK no longer has."""
    yield SdkField("id", Annotation(Kind.TEXT), "")
    yield SdkField("object", Annotation(Kind.ENUM, values=(name,)), "")
    for key, column in held.items():
        yield _of_column(key, column)


def _of_column(name: str, column: fields.StripeField) -> SdkField:
    kind = next(kind for field_type, kind in KIND_OF if isinstance(column, field_type))
    return SdkField(name, Annotation(kind, optional=name not in ("created", "metadata")), "")


def _key(declared: SdkField, column: fields.StripeField | None) -> Key:
    annotation = declared.annotation
    if isinstance(column, fields.EnumField) and annotation.kind is Kind.TEXT and column.choices:
        values = tuple(str(value) for value, _ in column.flatchoices)
        annotation = replace(annotation, kind=Kind.ENUM, values=values)
    return Key(declared.name, annotation, maker_of(declared, column), declared.name == "deleted")


def _on_demand(name: str, column: fields.StripeField) -> Key:
    """A key of payloads of former API versions."""
    return replace(_key(_of_column(name, column), column), on_demand=True)


def _shape(name: str, keys: dict[str, Key], identity: str = "id") -> Shape:
    values = keys["type"].annotation.values if "type" in keys else ()
    kinds = frozenset(_kinds(keys, values)) if "type" in keys else frozenset()
    if kinds and not values:
        values = tuple(sorted(kinds))
        annotation = replace(keys["type"].annotation, kind=Kind.ENUM, values=values)
        keys["type"] = replace(keys["type"], annotation=annotation)
    return Shape(name, keys, identity, kinds, is_union=len(kinds) * 2 > len(values))


def _kinds(keys: Mapping[str, Key], values: tuple[str, ...]) -> Iterator[str]:
    for name, key in keys.items():
        if key.annotation.optional and not key.on_demand:
            is_other_hash = key.annotation.kind is Kind.HASH and name not in NOT_KINDS
            if name in values or (not values and is_other_hash):
                yield name
