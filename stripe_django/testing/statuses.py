"""The values of a ``status`` that the SDK types as text and lists in its documentation."""

from __future__ import annotations

import re
from collections.abc import Container

from stripe_django.sdk.annotations import Kind
from stripe_django.sdk.objects import SdkField

WORD = re.compile(r"`([a-z_]+)`")


def documented_statuses(field: SdkField, keys: Container[str]) -> tuple[str, ...]:
    """The words in code style, without those that are ``keys`` of the same object."""
    if field.name != "status" or field.annotation.kind is not Kind.TEXT:
        return ()
    return tuple(dict.fromkeys(word for word in WORD.findall(field.doc) if word not in keys))
