"""What the SDK declares about the objects that the fake keeps."""

from __future__ import annotations

from functools import cache

from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind

Fields = dict[str, Annotation]


@cache
def fields(name: str) -> Fields:
    """The annotations of an object's keys; none for an object that the SDK does not know."""
    if name not in objects.names():
        return {}
    declared = objects.sdk_object(name).fields
    return {key: field.annotation for key, field in declared.items()}


@cache
def inner_fields(annotation: Annotation) -> Fields:
    """The same for a hash."""
    if annotation.shape is None:
        return {}
    declared = objects.fields_of(annotation.shape)
    return {key: field.annotation for key, field in declared.items()}


@cache
def pages(name: str) -> dict[str, tuple[str, ...]]:
    """The nested lists of an object, with the names of the objects in them."""
    return {
        key: annotation.items.targets
        for key, annotation in fields(name).items()
        if annotation.kind is Kind.PAGE and annotation.items
    }


@cache
def references(name: str) -> tuple[str, ...]:
    """The keys under which an object names others."""
    words = {each.rpartition(".")[2] for each in objects.names()}
    return tuple(
        key
        for key, annotation in fields(name).items()
        if annotation.targets or (annotation.kind is Kind.TEXT and key in words)
    )


@cache
def reference_to(parent: str, name: str) -> str | None:
    """The key under which an object names the one that it belongs to."""
    annotations = fields(name)
    for key in references(name):
        targets = annotations[key].targets
        if parent in targets or (not targets and key == parent.rpartition(".")[2]):
            return key
    return None


@cache
def statuses(name: str) -> tuple[str, ...]:
    annotation = fields(name).get("status")
    return annotation.values if annotation else ()


@cache
def is_deletable(name: str) -> bool:
    """Whether a deletion takes the object away; other objects end in a status."""
    return "deleted" in fields(name) or "canceled" not in statuses(name)
