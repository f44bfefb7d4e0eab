"""How the payloads of one model become columns: worked out once, used for every object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stripe_django import fields, registry
from stripe_django.models.base import StripeModel

from .columns import Column, Getter
from .redaction import SECRETS


@dataclass(frozen=True, slots=True)
class Plan:
    columns: tuple[Column, ...]
    keys: tuple[Any, ...]  # of the columns; what is no key of a payload for those without one
    index: dict[str, int]  # of the columns by name
    by_key: dict[str, int]
    links: tuple[tuple[fields.Links, tuple[Getter, ...]], ...]
    known: frozenset[str]  # keys that have a column, and those of secrets
    members: dict[str, dict[type[StripeModel], fields.Reference]]
    has_bound: bool  # whether members of some list go with it
    parts: frozenset[str]
    on_request: dict[str, tuple[str, ...]]  # the keys that fill such a column, by its attname
    from_parent: frozenset[Column]


@cache
def plan(model: type[StripeModel]) -> Plan:
    columns = tuple(
        _column(field)
        for field in model._meta.concrete_fields
        if isinstance(field, fields.StripeField)
    )
    links = tuple(
        (field, tuple(_getter(source) for source in field.sources))
        for field in model._meta.local_many_to_many
        if isinstance(field, fields.Links)
    )
    members = registry.members(model)
    return Plan(
        columns=columns,
        keys=tuple(column.key or object() for column in columns),
        index={column.name: index for index, column in enumerate(columns)},
        by_key={column.key: index for index, column in enumerate(columns) if column.key},
        links=links,
        known=frozenset(
            {"id", "object"}
            | {column.key for column in columns if column.key}
            | {key for name, key in SECRETS if name == model.OBJECT_NAME}
        ),
        members=members,
        has_bound=any(each.bound for kinds in members.values() for each in kinds.values()),
        parts=frozenset(members) | _declared_parts(model),
        on_request={
            column.attname: (column.key, *(each for each in column.others if isinstance(each, str)))
            for column in columns
            if column.on_request and column.key
        },
        from_parent=frozenset(column for column in columns if column.is_from_parent),
    )


def _declared_parts(model: type[StripeModel]) -> set[str]:
    every = (*model._meta.concrete_fields, *model._meta.local_many_to_many)
    return {
        source
        for field in every
        if isinstance(field, fields.StripeField) and getattr(field, "part", False)
        for source in field.sources
        if isinstance(source, str)
    }


def _column(field: fields.StripeField) -> Column:
    key = field.payload_key
    others = field.sources[1:] if key else field.sources
    target = target_of(field) if isinstance(field, fields.Reference) else None
    return Column(
        name=field.name,
        attname=field.attname,
        key=key,
        others=others,
        fallbacks=tuple(_getter(source) for source in others),
        field=field,
        target=target,
        is_simple=not isinstance(field, fields.Reference | fields.HashField | fields.SubjectField),
        is_json=isinstance(field, fields.HashField),
        is_opaque=isinstance(field, fields.HashField) and field.opaque,
        is_kinds=isinstance(field, fields.KindsField),
        is_subject=isinstance(field, fields.SubjectField),
        on_request=field.on_request,
        is_from_parent=isinstance(field, fields.Reference) and field.from_parent,
    )


def target_of(field: fields.Reference | fields.Links) -> type[StripeModel]:
    """The mirrored model that a reference points to."""
    target = field.related_model
    assert isinstance(target, type)
    assert issubclass(target, StripeModel)
    return target


def _getter(source: fields.Source) -> Getter:
    if callable(source):
        return source
    steps = source.split(".")

    def get(payload: Mapping[str, Any]) -> Any:
        value: Any = payload
        for step in steps:
            value = _step(value, step)
        return value

    return get


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None
