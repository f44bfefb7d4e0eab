"""``payload``: what Stripe would send for an ordinary object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django.sdk.events import objects_of

from .deterministic import Draw
from .payload_builder import Generator

EVENT_TYPE = "customer.created"


def payload(name: str, /, *, seed: int = 0, **overrides: Any) -> dict[str, Any]:
    """A complete payload of the Stripe object called ``name``, such as ``payment_intent``.

    It looks like an ordinary object of the pinned API version in test mode: required keys and
    the usual others are filled in, the rest is null, a ``type`` has its own hash and no other.
    Amounts are in the smallest unit of the currency, times in Unix seconds of the year 2026.
    The same name, ``seed`` and overrides give the same payload in every process, another seed
    gives other ids.

    A keyword replaces the value of its key. Where a hash or another object stands there, a
    dictionary is merged into it, unless it is a Stripe object itself (it has ``object``); in a
    list, each dictionary is completed to a member. The ``type`` of an event decides what object
    it is about.

    Raises ``LookupError`` for an unknown object and ``TypeError`` for an unknown keyword.
    """
    if name == "event":
        overrides = _about_something(overrides, seed)
    return Generator().object(name, Draw(seed, name), overrides)


def _about_something(event: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """An event's keywords with the whole object that its type is about."""
    event_type = event.get("type", EVENT_TYPE)
    data = event.get("data", {})
    given = data.get("object", {})
    kinds = objects_of(event_type)
    if kinds and "object" not in given:
        given = payload(kinds[0], seed=seed, **given)
    return {**event, "type": event_type, "data": {**data, "object": given}}
