"""Where personal data is stored: columns and JSON paths, from the inventory and the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stripe_django import fields, registry
from stripe_django.models.base import StripeModel, columns
from stripe_django.privacy.categories import CATEGORIES
from stripe_django.privacy.inventory import NOT_PERSONAL, Path, category_of
from stripe_django.privacy.personal import WHOLE
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind, read
from stripe_django.sync.mapping.redaction import SECRETS

DEEPEST = 12  # hashes in each other; some of the SDK's have themselves inside
NEVER_TEXT = (Kind.FLAG,)


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """One place that holds personal data; a column has the name of its field."""

    category: str
    object_name: str
    path: str
    column: str = ""


@cache
def inventory() -> tuple[Held, ...]:
    """Every column and every path inside JSON that the SDK declares and that is personal."""
    return tuple(sorted(held for model in registry.models() for held in of_model(model)))


def of_model(model: type[StripeModel]) -> Iterator[Held]:
    name, named = model.stripe.object_name, columns(model)
    for key, path in _paths(model):
        category = category_of(name, path)
        if category == NOT_PERSONAL or (name, path[-1]) in SECRETS:
            continue
        column = named.get(key)
        is_column = len(path) == 1 and column is not None
        yield Held(category, name, ".".join(path), column.name if is_column and column else "")
    for field in _computed(model):
        yield Held(category_of(name, (field.name,)), name, field.name, field.name)


def _computed(model: type[StripeModel]) -> Iterator[fields.StripeField]:
    """The personal columns that are no key of the payload, such as the last four of a charge."""
    for field in model._meta.concrete_fields:
        if not isinstance(field, fields.StripeField) or field.payload_key is not None:
            continue
        if category_of(model.stripe.object_name, (field.name,)) in CATEGORIES:
            yield field


def _paths(model: type[StripeModel]) -> Iterator[tuple[str, Path]]:
    """The keys of values, declared today or of a column, each under the key at the top."""
    name = model.stripe.object_name
    declared = objects.sdk_object(name).fields if name in objects.names() else {}
    for key, each in declared.items():
        for path in _leaves(each.annotation, (key,)):
            yield key, path
    for key, field in columns(model).items():
        if key not in declared and not isinstance(field, fields.HashField):
            yield key, (key,)


def _leaves(annotation: Annotation, path: Path) -> Iterator[Path]:
    while annotation.items is not None and path[-1] not in WHOLE:
        annotation = annotation.items
    if annotation.shape is None or path[-1] in WHOLE:
        if annotation.kind not in NEVER_TEXT and annotation.kind is not Kind.OBJECT:
            yield path
    elif len(path) < DEEPEST:
        for key, node, _ in annotation.shape.annotated():
            yield from _leaves(read(node, annotation.shape), (*path, key))
