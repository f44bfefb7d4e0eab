"""Which object an address in Stripe's API is of, or is below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from stripe_django import registry
from stripe_django.models.base import StripeModel

PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")  # as re.escape() leaves it


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


@cache
def _patterns() -> list[tuple[type[StripeModel], re.Pattern[str]]]:
    return [*_compiled()]


def _compiled() -> Iterator[tuple[type[StripeModel], re.Pattern[str]]]:
    for model in registry.models():
        path = model.stripe.retrieve_path
        if path and "{id}" in path:
            pattern = PLACEHOLDER.sub(r"(?P<\1>[^/]+)", re.escape(path))
            yield model, re.compile(rf"{pattern}(?P<rest>(?:/.*)?)")
