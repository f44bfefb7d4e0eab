"""The parameters of a request as values of the object that they create or change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_django.sdk.annotations import Annotation, Kind

from . import schema

Find = Callable[[tuple[str, ...], str], Any]  # an object by its possible names and its id
UNKNOWN = object()  # only Stripe knows what becomes of a parameter


def values(fields: schema.Fields, params: Mapping[str, Any], find: Find) -> dict[str, Any]:
    """The parameters that are keys of the object, with the types that its payload has."""
    found = {
        key: _value(fields[key], given, find)
        for key, given in params.items()
        if key in fields and key != "object"
    }
    return {key: value for key, value in found.items() if value is not UNKNOWN}


def _value(annotation: Annotation, given: Any, find: Find) -> Any:
    items = annotation.items
    match annotation.kind:
        case _ if given == "":  # the way to unset something
            return None
        case Kind.INTEGER:
            return int(given) if str(given).lstrip("-").isdecimal() else UNKNOWN
        case Kind.FLOAT:
            return float(given)
        case Kind.FLAG:
            return str(given).lower() == "true"
        case Kind.HASH if isinstance(given, Mapping):
            return values(schema.inner_fields(annotation), given, find)
        case Kind.MAP if isinstance(given, Mapping) and items and items.kind is Kind.HASH:
            return {key: _value(items, each, find) for key, each in given.items()}
        case Kind.LIST if isinstance(given, list) and annotation.items:
            members = (_value(annotation.items, each, find) for each in given)
            return [each for each in members if each is not UNKNOWN]
        case Kind.PAGE if isinstance(given, list) and annotation.items:
            fields = schema.fields(annotation.items.targets[0])
            return {"data": [values(fields, each, find) for each in given]}
        case Kind.OBJECT:
            return find(annotation.targets, str(given)) or UNKNOWN
        case Kind.HASH | Kind.LIST | Kind.PAGE:
            return UNKNOWN
    return given


def merged(old: Any, new: Any) -> Any:
    """What an update makes of a value: hashes keep the keys that it does not name."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping) or "object" in old:
        return new
    found = {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return {key: value for key, value in found.items() if new.get(key) != ""}


def previous(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What stood where an object has changed, in hashes key by key."""
    changed = [key for key in {**new, **old} if old.get(key) != new.get(key)]
    return {key: _previous(old.get(key), new.get(key)) for key in changed}


def _previous(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return previous(old, new)
    return old


def copied(value: Any) -> Any:
    """A copy of a value as JSON has it; ``deepcopy`` takes three times as long."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value
