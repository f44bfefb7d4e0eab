"""How objects are told apart: qualified ids, and ids for objects that have none of their own.

======================  ==================================================================
an object               gets
======================  ==================================================================
balance, settings       its account and mode
capability              the id of its account, and its own
cash balance            the id of its customer
discount                the id of its subscription, or of its customer
dispute                 the id of its charge (API versions up to 2015)
dispute evidence        the id of its dispute
features of a           the id of that
financial account
line item of an         the id of its invoice, and its own, unless that begins with ``il_``
invoice
meter event             its identifier
subscription            the id of its customer (API versions up to 2013)
summary of active       the id of its customer
entitlements
triggered alert         the id of its alert
any other without an    a ``MissingIdError``: an upcoming invoice or another preview, a refund
id                      inside a charge of 2014, a bare ``{"deleted": true}``
======================  ==================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from stripe_django import registry
from stripe_django.exceptions import MissingIdError, PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.fields.text import is_storable
from stripe_django.models.base import StripeModel

RANDOM_PART = 14  # characters that Stripe adds to a prefix, at least
QUALIFIED = re.compile(r"(acct_\w+)?:(live|test):")


class Place(NamedTuple):
    """Where an object lives: a connected account (``""`` for home) and a mode."""

    account: str
    livemode: bool
    is_home: bool

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    def qualify(self, model: type[StripeModel], api_id: str) -> str:
        """The ``stripe_id`` of the object that Stripe calls ``api_id`` in this place."""
        prefixes = model.stripe.id_prefixes
        if prefixes is None or (self.is_home and not QUALIFIED.match(api_id)):
            return api_id
        if _is_random(api_id, prefixes):
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
        return _within(model, payload, parent, str(api_id)) or place.qualify(model, str(api_id))
    if api_id:
        raise PayloadError(
            f"The id of this {model.stripe.object_name} is not a string of 1 to {ID_LENGTH}"
            " characters without NUL."
        )
    derived = _derived(model, payload, place, parent)
    if derived is None:
        raise MissingIdError(
            f"This {model.stripe.object_name} has no id, so it is not a thing that Stripe keeps:"
            " a preview or a stub. It was not stored."
        )
    return derived


def _within(
    model: type[StripeModel], payload: Mapping[str, Any], parent: str | None, api_id: str
) -> str | None:
    """The id behind that of its owner, for objects whose ids recur in each of these."""
    if model.stripe.id_scope is None or api_id.startswith(model.stripe.id_prefixes or ()):
        return None
    owner = _id_under(payload, model.stripe.id_scope) or parent
    return _shortened(f"{owner}:{api_id}") if owner else None


def _id_under(payload: Mapping[str, Any], key: str) -> str | None:
    """The id of the object under a key, which may be there in full."""
    found = payload.get(key)
    if isinstance(found, dict):
        found = found.get("id")
    return str(found) if is_id(found) else None


def _derived(
    model: type[StripeModel], payload: Mapping[str, Any], place: Place, parent: str | None
) -> str | None:
    for key in model.stripe.id_from:
        if key == "parent":
            return parent
        if key == "mode":
            return f"{place.account}:{place.mode}" if place.account else place.mode
        owner = _id_under(payload, key)
        if owner:
            return place.qualify(registry.by_object_name().get(key, model), owner)
    return None
