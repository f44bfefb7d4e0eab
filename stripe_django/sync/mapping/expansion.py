"""The keys that a read has Stripe expand, and the payload as it would be without that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from stripe_django import registry
from stripe_django.models.base import StripeModel, columns

from .identity import is_id
from .schema import schema_for

LEVELS = 4  # that Stripe expands at most


@cache
def expansions(model: type[StripeModel], *, is_listed: bool = False) -> tuple[str, ...]:
    """The paths to ask for when an object, or a list of them, is read.

    Those of keys that have a column and come on request only, but for secrets, and of ids whose
    objects have no address of their own; also in the object's nested lists.
    """
    if (
        model.stripe.list_path or model.stripe.retrieve_path or model.stripe.singleton_path or ""
    ).startswith("/v2/"):
        return ()
    prefix = "data." if is_listed else ""
    found = [*_own(model)]
    for key, members in schema_for(model).members.items():
        others = (member for member in members if not member.stripe.list_path)  # these are listed
        found += [f"{key}.data.{path}" for member in others for path in _own(member)]
    cut = (".".join(f"{prefix}{path}".split(".")[:LEVELS]) for path in found)
    return tuple(dict.fromkeys(cut))


def _own(model: type[StripeModel]) -> Iterator[str]:
    for key, field in columns(model).items():
        if field.expand:
            yield field.expand
        elif field.on_request and "secret" not in key:
            yield key


def collapsed(payload: Mapping[str, Any], expanded: Collection[str]) -> dict[str, Any]:
    """The keys under which objects stand expanded, with their ids instead.

    So a row is the same whether a read or an event brought it.
    """
    found = {}
    for key in {path.partition(".")[0] for path in expanded}:
        value = payload.get(key)
        plain = _collapsed(value, under(key, expanded))
        if plain is not value:
            found[key] = plain
    return found


def under(key: str, expanded: Collection[str]) -> frozenset[str]:
    """The paths that are left under a key, which may have a list."""
    prefix = f"{key}."
    paths = (path.removeprefix(prefix) for path in expanded if path.startswith(prefix))
    return frozenset(path.removeprefix("data.") for path in paths)


def _collapsed(value: Any, expanded: frozenset[str]) -> Any:
    if isinstance(value, list):
        plain = [_collapsed(each, expanded) for each in value]
        return value if all(map(_is, plain, value)) else plain
    if not isinstance(value, dict):
        return value
    if value.get("object") == "list" and isinstance(value.get("data"), list):
        members = [_without(each, expanded) for each in value["data"]]
        return value if all(map(_is, members, value["data"])) else value | {"data": members}
    if registry.model_of(value) and is_id(value.get("id")):
        return value["id"]
    return _without(value, expanded)


def _without(value: Any, expanded: frozenset[str]) -> Any:
    changed = collapsed(value, expanded) if isinstance(value, dict) else {}
    return value | changed if changed else value


def _is(one: Any, other: Any) -> bool:
    return one is other
