"""Which object an address in Stripe's API is of, or is below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from stripe_django import registry
from stripe_django.models.base import StripeModel

PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")  # as re.escape() leaves it


class Parent(NamedTuple):
    """An object whose list is at an address, and how the members refer to it, by their model."""

    model: type[StripeModel]
    api_id: str
    references: Mapping[type[StripeModel], str]


class Address(NamedTuple):
    """An object, and what follows its address: an action, or a list of the object's."""

    model: type[StripeModel]
    api_id: str
    rest: str = ""


def object_at(path: str) -> Address | None:
    """The object that a path begins with, the deepest if there are several."""
    found = objects_at(path)
    return min(found, key=lambda each: len(each.rest), default=None)


def objects_at(path: str) -> list[Address]:
    """Each object on the way: of ``/v1/customers/cus_1/sources/card_1`` the customer as well."""
    return [
        Address(model, unquote(match["id"]), match["rest"].strip("/"))
        for model, pattern in _patterns()
        if (match := pattern.fullmatch(path))
    ]


def parent_at(path: str, parameters: Mapping[str, str]) -> Parent | None:
    """The object whose list, or a member of it, is at an address: ``/v1/invoices/in_1/lines``.

    Its id is in the path, or in the parameters: ``/v1/entitlements/active_entitlements?customer=``.
    """
    found = object_at(path)
    members = registry.members(found.model).get(found.rest, {}) if found else {}
    if found and members:
        references = {model: field.name for model, field in members.items()}
        return Parent(found.model, found.api_id, references)
    for model, name, pattern in _lists_of_parents():
        if match := pattern.fullmatch(path):
            api_id = unquote(match.groupdict().get("id") or parameters.get(name, ""))
            target = model._meta.get_field(name).related_model
            return Parent(target, api_id, {model: name}) if api_id else None  # type: ignore[arg-type]
    return None


@cache
def _lists_of_parents() -> list[tuple[type[StripeModel], str, re.Pattern[str]]]:
    """The lists whose members do not name their parent: model, reference, and address."""
    found = []
    for model in registry.models():
        name, path = model.stripe.list_parent, model.stripe.list_path
        if name and path and getattr(model._meta.get_field(name), "implicit", False):
            pattern = PLACEHOLDER.sub("(?P<id>[^/]+)", re.escape(path))
            found.append((model, name, re.compile(rf"{pattern}(/[^/]+)?")))
    return found


@cache
def _patterns() -> list[tuple[type[StripeModel], re.Pattern[str]]]:
    """The addresses of single objects, and all that is below them, by model."""
    found = []
    for model in registry.models():
        path = model.stripe.retrieve_path
        if path and "{id}" in path:
            pattern = PLACEHOLDER.sub(r"(?P<\1>[^/]+)", re.escape(path))
            found.append((model, re.compile(rf"{pattern}(?P<rest>(?:/.*)?)")))
    return found
