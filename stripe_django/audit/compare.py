"""The whole of the SDK against all models."""

from __future__ import annotations

from collections.abc import Iterator

import stripe

from stripe_django import fields, registry
from stripe_django.models.base import StripeModel, columns
from stripe_django.sdk import events, objects

from . import omissions, sensitive_keys
from .columns import EVERY_ROW, Key
from .findings import Audit, Finding


def audit() -> Audit:
    """Compare every object, field and type of event that the SDK declares with the models."""
    found = Audit(stripe.VERSION, stripe.api_version)
    for name in objects.names():
        found.objects += 1
        model = registry.by_object_name().get(name)
        if name in omissions.OBJECTS:
            found.omitted[name] = omissions.OBJECTS[name]
        if model is None:
            found.findings += _unmodelled(name)
        else:
            found.modelled += 1
            _count(found, model)
            found.findings += findings(model)
    found.findings += _stale_omissions()
    found.findings += _events(found)
    found.findings += sensitive_keys.findings()
    return found


def _unmodelled(name: str) -> Iterator[Finding]:
    if name not in omissions.OBJECTS:
        hint = f"no model; write one with: python -m tools.scaffold {name}"
        yield Finding("object", name, "", hint)


def _count(found: Audit, model: type[StripeModel]) -> None:
    declared = objects.sdk_object(model.stripe.object_name).fields.values()
    found.fields += len(declared)
    for each in declared:
        rule = Key(model, each).rule() or "nothing"
        found.rules[rule] = found.rules.get(rule, 0) + 1
    found.retired += len(_former(model))


def findings(model: type[StripeModel]) -> Iterator[Finding]:
    """What is unaccounted for in one model of an object that the SDK has."""
    for each in objects.sdk_object(model.stripe.object_name).fields.values():
        yield from Key(model, each).findings()
    for key, column in _former(model).items():
        if not column.retired:
            text = "the SDK no longer has it: mark the column with retired=True"
            yield Finding("retired", model.stripe.object_name, key, text)


def _former(model: type[StripeModel]) -> dict[str, fields.StripeField]:
    """The columns of keys that the SDK no longer has."""
    known = objects.sdk_object(model.stripe.object_name).fields.keys() | EVERY_ROW
    return {key: column for key, column in columns(model).items() if key not in known}


def _stale_omissions() -> Iterator[Finding]:
    for name in omissions.OBJECTS:
        if name in registry.by_object_name():
            yield Finding("omission", name, "", "left out on purpose, and there is a model")
        if name not in objects.names():
            yield Finding("omission", name, "", "left out on purpose, and the SDK has none")


def _events(found: Audit) -> Iterator[Finding]:
    for event_type in events.event_types():
        found.event_types += 1
        names = events.objects_of(event_type)
        if not names or not all(name in registry.by_object_name() for name in names):
            yield Finding("event type", event_type, "", "no model for its object")
