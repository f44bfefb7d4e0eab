"""What payloads with the same keys share: worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, RESERVED

from .json_text import encode
from .schema import MappingSchema, schema_for


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: there is one of each
class KeyProfile:
    """What follows from the keys of a payload.

    ``present`` are the keys, ``absent`` the columns' keys that the payload lacks, ``unknown`` those
    that have no column. ``on_request`` are the columns of absent keys that Stripe sends only on
    request. ``extra`` is the text of that column for a payload with nothing else to store there,
    and ``absent_text`` that of the absent keys in it. ``owned`` are the keys
    under which there are owned objects.
    """

    schema: MappingSchema
    present: frozenset[str]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    on_request: frozenset[str]
    extra: str
    absent_text: str
    owned: tuple[str, ...]
    has_reserved_keys: bool


@lru_cache(maxsize=2000)
def key_profile(model: type[StripeModel], keys: tuple[str, ...]) -> KeyProfile:
    """The profile of payloads with these keys; raises ``PayloadError`` if not all are strings."""
    if not all(isinstance(key, str) for key in keys):
        raise PayloadError(_("The payload is not JSON: it has keys that are no strings."))
    schema, present = schema_for(model), frozenset(keys)
    held = ("id", "object", *(column.key for column in schema.columns if column.key))
    absent = tuple(key for key in held if key not in present)
    unknown = tuple(key for key in keys if key not in schema.known_keys)
    return KeyProfile(
        schema=schema,
        present=present,
        absent=absent,
        unknown=unknown,
        on_request=frozenset(
            name for name, fills in schema.on_request.items() if present.isdisjoint(fills)
        ),
        extra=_extra({}, absent),
        absent_text=(encode({ABSENT: absent}) or "{}")[1:-1] if absent else "",
        owned=tuple(key for key in keys if key in schema.owned_keys),
        has_reserved_keys=not RESERVED.isdisjoint(unknown),
    )


def _extra(values: dict[str, Any], absent: tuple[str, ...]) -> str:
    return encode(values | {ABSENT: absent} if absent else values) or ""


def preserved_columns(profile: KeyProfile, reference: str | None) -> frozenset[str]:
    """The columns of which a payload says nothing, so that they stay as they are.

    ``reference`` is the column that refers to the object around it.
    """
    implicit = profile.schema.implicit
    if not implicit:
        return profile.on_request
    return profile.on_request.union(each.attname for each in implicit if each.name != reference)
