"""Where an annotation has Stripe objects inside."""

from __future__ import annotations

from .annotations import Annotation, Kind
from .objects import fields_of


def holds_objects(annotation: Annotation) -> bool:
    """Whether a value has Stripe objects in full inside, at any depth, without being asked to."""
    if annotation.kind in (Kind.OBJECT, Kind.PAGE):
        return True
    if annotation.items is not None:
        return holds_objects(annotation.items)
    return annotation.shape is not None and any(
        holds_objects(field.annotation) for field in fields_of(annotation.shape).values()
    )
