"""The columns of one model as the mapping sees them: worked out once, used for every payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from stripe_django import fields, registry
from stripe_django.models.base import StripeModel

from .redaction import SECRETS

Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key that it holds, if any, and where else its value may come from.

    ``fallbacks`` read the value from a payload, one function for each of ``others``.
    """

    name: str
    attname: str
    key: str | None
    others: tuple[fields.Source, ...]
    fallbacks: tuple[Getter, ...]
    field: fields.StripeField
    target: type[StripeModel] | None
    is_simple: bool
    is_json: bool
    is_opaque: bool
    is_variant: bool
    is_subject: bool
    on_request: bool
    is_implicit: bool


class Part(NamedTuple):
    """The model of an owned object that has no id of its own, such as a dispute's evidence."""

    model: type[StripeModel]
    on_request: bool


@dataclass(frozen=True, slots=True)
class MappingSchema:
    """All that the mapping knows of one model.

    ``keys`` has the payload's key of each column, in their order; an object that is no key stands
    for a column without one. ``index`` and ``by_key`` have the columns' places. ``known_keys``
    have a column or are secrets. ``members`` are the references of the members of nested lists to
    this model, by the list's key. ``owned_keys`` hold objects that are as fresh as the payload, of
    which ``parts`` has those without an id.
    ``on_request`` has, by their attname, the keys that fill the columns which come on request.
    ``requested_keys`` are such keys that the lists are asked for.
    ``implicit`` are the references that only the object around a nested one gives.
    ``elsewhere`` are the keys with objects of other accounts, each with what reads that account's
    id. ``of_platform`` are references that make the object the platform's, where they are set.
    ``has_qualified_references`` says that some are to objects whose ids are unique in one account
    only.
    """

    columns: tuple[Column, ...]
    keys: tuple[Any, ...]
    index: dict[str, int]
    by_key: dict[str, int]
    links: tuple[tuple[fields.Links, tuple[Getter, ...]], ...]
    known_keys: frozenset[str]
    members: dict[str, dict[type[StripeModel], fields.Reference]]
    has_orphan_removal: bool
    owned_keys: frozenset[str]
    parts: dict[str, Part]
    on_request: dict[str, tuple[str, ...]]
    requested_keys: frozenset[str]
    implicit: frozenset[Column]
    elsewhere: dict[str, Getter]
    of_platform: tuple[Column, ...]
    has_qualified_references: bool


@cache
def schema_for(model: type[StripeModel]) -> MappingSchema:
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
    return MappingSchema(
        columns=columns,
        keys=tuple(column.key or object() for column in columns),
        index={column.name: index for index, column in enumerate(columns)},
        by_key={column.key: index for index, column in enumerate(columns) if column.key},
        links=links,
        known_keys=frozenset(
            {"id", "object"}
            | {column.key for column in columns if column.key}
            | {key for name, key in SECRETS if name == model.stripe.object_name}
        ),
        members=members,
        has_orphan_removal=any(
            each.orphan_removal for kinds in members.values() for each in kinds.values()
        ),
        owned_keys=frozenset(members) | _declared_owned(model),
        parts={
            column.key: Part(column.target, column.on_request)
            for column in columns
            if column.key and column.target and column.target.stripe.id_from == ("parent",)
        },
        on_request={
            column.attname: (column.key, *(each for each in column.others if isinstance(each, str)))
            for column in columns
            if column.on_request and column.key
        },
        requested_keys=frozenset(
            path.removeprefix("data.").partition(".")[0]
            for path in model.stripe.list_params.get("expand", ())
        ),
        implicit=frozenset(column for column in columns if column.is_implicit),
        elsewhere={
            column.key: _getter(column.field.lives_in)
            for column in columns
            if column.key and column.field.lives_in is not None
        },
        has_qualified_references=any(
            column.target is not None and column.target.stripe.id_prefixes is not None
            for column in columns
        ),
        of_platform=tuple(
            column
            for column in columns
            if isinstance(column.field, fields.Reference)
            and column.field.parent_lists
            and column.target
            and column.target.stripe.is_platform_owned
        ),
    )


class FinalStates(NamedTuple):
    """The column whose ``values`` an object never leaves, and its place among the columns."""

    attname: str
    place: int
    values: frozenset[str]


@cache
def final_states(model: type[StripeModel]) -> FinalStates | None:
    for index, column in enumerate(schema_for(model).columns):
        if isinstance(column.field, fields.EnumField) and column.field.final:
            return FinalStates(column.attname, index, column.field.final)
    return None


def _declared_owned(model: type[StripeModel]) -> set[str]:
    every = (*model._meta.concrete_fields, *model._meta.local_many_to_many)
    return {
        source
        for field in every
        if isinstance(field, fields.StripeField) and getattr(field, "owned", False)
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
        is_variant=isinstance(field, fields.VariantField),
        is_subject=isinstance(field, fields.SubjectField),
        on_request=field.on_request,
        is_implicit=isinstance(field, fields.Reference) and field.implicit,
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
