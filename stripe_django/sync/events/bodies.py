"""The events of the inbox as JSON text, without secrets, and without what was erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django import exact_json
from stripe_django.models import Event
from stripe_django.privacy.configured import policy_in_force
from stripe_django.sync.mapping.identity import HomeAccount, Namespace
from stripe_django.sync.mapping.json_text import encode_quickly, is_suspicious, literal
from stripe_django.sync.mapping.mapper import model_of
from stripe_django.sync.mapping.redaction import may_contain_secret, without_secrets
from stripe_django.sync.writer.withholding import payloads
from stripe_django.sync.writer.withholding.keys import ObjectKey
from stripe_django.sync.writer.withholding.marks import Known
from stripe_django.sync.writer.withholding.sightings import Sighting, in_payload

from .envelope import Envelope, ThinEvent, is_thin


def encoded(payload: Mapping[str, Any]) -> str:
    """The event as JSON text, without secrets and what a policy withholds, with every digit."""
    if policy := policy_in_force():
        payload = policy.withhold(payload)
    text = encode_quickly(payload, decoded=True)
    if text is None or is_suspicious(text) or may_contain_secret(text, Event.stripe.object_name):
        return literal(without_secrets(payload))
    return text


def decoded(body: str) -> dict[str, Any]:
    found: dict[str, Any] = exact_json.decode(body)
    return found


def withheld(
    payload: Mapping[str, Any],
    platform: str,
    mine: HomeAccount,
    using: str,
    also: dict[ObjectKey, int] | None = None,
) -> Mapping[str, Any]:
    """An event without the personal data of erased customers, in the caller's transaction.

    ``platform`` is the account with a key of its own that received it. With ``also``, what belongs
    to these is left out, too, and nothing is written: what this reaches is added to it.
    """
    known = Known(mine.erasure_keys, mine.livemode)
    if not isinstance(payload, dict) or not (known.erasure_keys or also):
        return payload
    payload, namespace = _placed(payload, platform, mine)
    return payloads.withhold(payload, model_of(payload), namespace, known, using, also)


def sightings(payload: Any, platform: str, mine: HomeAccount) -> list[Sighting]:
    """What an event says of whose its object is, and of those inside of it."""
    if not isinstance(payload, dict):
        return []
    payload, namespace = _placed(payload, platform, mine)
    root, inner = in_payload(Sighting(), payload, namespace)
    return [root, *inner]


def _placed(
    payload: dict[str, Any], platform: str, mine: HomeAccount
) -> tuple[dict[str, Any], Namespace]:
    """An event that says that it is one, and where the ids in it are unique."""
    thin = is_thin(payload)
    named = ThinEvent(payload).account if thin else Envelope(payload).account
    account = mine.resolve(named or platform)
    said = payload.get("livemode")
    mode = said if isinstance(said, bool) else mine.livemode
    namespace = Namespace(account, mode, account == "" and mode is mine.livemode)
    if payload.get("object") != Event.stripe.object_name and not thin:
        payload = {"object": Event.stripe.object_name, **payload}
    return payload, namespace
