"""What follows from the keys of a payload alone, which nearly all objects of one kind share."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, RESERVED

from .json_text import encode
from .schema import plan


class Shape(NamedTuple):
    """``absent`` are the keys that the payload lacks, ``unknown`` those that have no column.

    ``on_request`` are the columns of absent keys that Stripe sends only when asked. ``extra`` is
    the text of that column for a payload that leaves nothing else to be kept. ``parts`` are the
    keys under which the object has others of its own. ``is_odd`` says that the payload has keys
    that are reserved there.
    """

    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    on_request: frozenset[str]
    extra: str
    parts: tuple[str, ...]
    is_odd: bool


@lru_cache(maxsize=2000)
def shape(model: type[StripeModel], keys: tuple[str, ...]) -> Shape:
    """The shape of payloads with these keys; raises ``PayloadError`` if not all are strings."""
    if not all(isinstance(key, str) for key in keys):
        raise PayloadError("The payload is not JSON: it has keys that are no strings.")
    known, present = plan(model), frozenset(keys)
    held = ("id", "object", *(column.key for column in known.columns if column.key))
    absent = tuple(key for key in held if key not in present)
    unknown = tuple(key for key in keys if key not in known.known)
    return Shape(
        absent=absent,
        unknown=unknown,
        on_request=frozenset(
            name for name, fills in known.on_request.items() if present.isdisjoint(fills)
        ),
        extra=encode({ABSENT: absent} if absent else {}) or "",
        parts=tuple(key for key in keys if key in known.parts),
        is_odd=not RESERVED.isdisjoint(unknown),
    )
