"""Nested lists: no columns of the object, but references of their members to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from stripe_django.audit.omissions import OBJECTS
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Kind
from stripe_django.sdk.objects import SdkObject


def lists(found: SdkObject) -> Iterator[tuple[str, str]]:
    """The key of each nested list of an object, with each object that may be in it."""
    for key, each in found.fields.items():
        if each.annotation.kind is Kind.PAGE and each.annotation.items:
            yield from ((key, target) for target in each.annotation.items.targets)


@cache
def _holders() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for holder in objects.names().keys() - OBJECTS.keys():
        for key, member in lists(objects.sdk_object(holder)):
            found.setdefault(member, []).append((holder, key))
    return found


def holders(member: str) -> list[tuple[str, str]]:
    """The objects that have a list of these, and the key of that."""
    return sorted(_holders().get(member, []))
