"""How objects are told apart: qualified ids, and ids for objects that have none.

===================  =====================================================================
an object without    gets
===================  =====================================================================
balance              its account and mode
discount             the id of its subscription, or of its customer
dispute              the id of its charge (API versions up to 2015)
dispute evidence     the id of its dispute
subscription         the id of its customer (API versions up to 2013)
any other            a ``MissingIdError``: an upcoming invoice or another preview, a refund
                     inside a charge of 2014, a bare ``{"deleted": true}``
===================  =====================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from stripe_django import registry
from stripe_django.exceptions import MissingIdError, PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.fields.text import is_storable
from stripe_django.models.base import StripeModel

RANDOM_PART = 14  # characters that Stripe adds to a prefix, at least
QUALIFIED = re.compile(r"(acct_\w+)?:(live|test):")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object lives: a connected account (``""`` for home) and a mode."""

    account: str
    livemode: bool
    is_home: bool

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    def qualify(self, model: type[StripeModel], api_id: str) -> str:
        """The ``stripe_id`` of the object that Stripe calls ``api_id`` in this place."""
        prefixes = model.ID_PREFIXES
        if prefixes is None or _is_random(api_id, prefixes):
            return api_id
        if self.is_home and not QUALIFIED.match(api_id):
            return api_id
        return _shortened(f"{self.account}:{self.mode}:{api_id}")


def _is_random(api_id: str, prefixes: tuple[str, ...]) -> bool:
    """Whether the id has the form of those that Stripe makes, which are unique everywhere."""
    return any(
        api_id.startswith(prefix)
        and len(rest := api_id.removeprefix(prefix)) >= RANDOM_PART
        and rest.isascii()
        and rest.isalnum()
        for prefix in prefixes
    )


def bare_id(stripe_id: str) -> str:
    """The id as Stripe's API knows it, unless it had to be shortened."""
    qualifier = QUALIFIED.match(stripe_id)
    return stripe_id[qualifier.end() :] if qualifier else stripe_id


def _shortened(text: str) -> str:
    if len(text) <= ID_LENGTH:
        return text
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[: ID_LENGTH - len(digest) - 1]}~{digest}"


def is_id(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= ID_LENGTH and is_storable(value)


def stripe_id(
    model: type[StripeModel], payload: Mapping[str, Any], place: Place, parent: str | None
) -> str:
    """The row's ``stripe_id``; raises ``MissingIdError`` or ``PayloadError`` if there is none."""
    api_id = payload.get("id")
    if is_id(api_id):
        return place.qualify(model, str(api_id))
    if api_id:
        raise PayloadError(
            f"The id of this {model.OBJECT_NAME} is not a string of 1 to {ID_LENGTH} characters"
            " without NUL."
        )
    derived = _derived(model, payload, place, parent)
    if derived is None:
        raise MissingIdError(
            f"This {model.OBJECT_NAME} has no id, so it is not a thing that Stripe keeps:"
            " a preview or a stub. It was not stored."
        )
    return derived


def _derived(
    model: type[StripeModel], payload: Mapping[str, Any], place: Place, parent: str | None
) -> str | None:
    for key in model.ID_FROM:  # "parent", "mode", or the name of the object that owns this one
        if key == "parent":
            return parent
        if key == "mode":
            return f"{place.account}:{place.mode}" if place.account else place.mode
        owner = payload.get(key)
        if isinstance(owner, dict):
            owner = owner.get("id")
        if is_id(owner):
            return place.qualify(registry.by_object_name()[key], str(owner))
    return None
