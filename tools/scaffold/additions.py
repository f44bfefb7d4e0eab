"""What a model lacks that the SDK has."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_django import fields
from stripe_django.audit.columns import Key, unknown_values
from stripe_django.audit.compare import findings
from stripe_django.models.base import StripeModel
from stripe_django.sdk.annotations import Kind
from stripe_django.sdk.objects import SdkObject

from . import names, remarks
from .choose import choose
from .render import column, enum, members

SHOWN_AS_CODE = ("field", "enum")  # kinds of findings


def code(model: type[StripeModel], found: SdkObject) -> Iterator[str]:
    """The enums and fields to add to the model, and the choices to add to its enums."""
    keys = [Key(model, declared) for declared in found.fields.values()]
    missing = (key.declared for key in keys if key.rule() is None)
    chosen = [*filter(None, (choose(declared, found.name) for declared in missing))]
    yield from (enum(each) for each in chosen if each.values)
    yield from map(column, chosen)
    for key in keys:
        if isinstance(key.column, fields.EnumField):
            yield from _choices(key, key.column)


def _choices(key: Key, column: fields.EnumField) -> Iterator[str]:
    unknown = unknown_values(column, key.declared.annotation)
    if unknown:
        yield f"\n# in {names.camel(column.name)}"
        yield from members(column.name, unknown)


def said(model: type[StripeModel], found: SdkObject) -> Iterator[str]:
    """What else the audit says about the model, and what the members of its lists need."""
    others = (each for each in findings(model) if each.kind not in SHOWN_AS_CODE)
    yield from map(str, others)
    yield from remarks.of_lists(found, {*_missing_lists(model, found)})


def _missing_lists(model: type[StripeModel], found: SdkObject) -> Iterator[str]:
    for key, declared in found.fields.items():
        if declared.annotation.kind is Kind.PAGE and Key(model, declared).rule() is None:
            yield key
