"""What Stripe sends that must never be stored, and how it is dropped.

Most are listed by the object that carries them, so that nothing else of the same name is touched.
A key of the merchant's own in ``metadata`` stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SECRETS = frozenset(
    {
        ("account", "keys"),
        ("account_link", "url"),
        ("account_session", "client_secret"),
        ("apps.install", "auth_code"),
        ("apps.secret", "payload"),
        ("billing_portal.session", "url"),
        ("checkout.session", "client_secret"),
        ("confirmation_token", "persistent_token"),
        ("crypto.onramp_session", "client_secret"),
        ("customer_session", "client_secret"),
        ("ephemeral_key", "secret"),
        ("financial_connections.session", "client_secret"),
        ("identity.verification_session", "client_secret"),
        ("identity.verification_session", "url"),
        ("invoice", "client_secret"),  # inside its confirmation_secret
        ("issuing.card", "cvc"),
        ("issuing.card", "number"),
        ("login_link", "url"),
        ("payment_intent", "client_secret"),
        ("payment_intent", "persistent_token"),  # with which a customer stays logged in to Link
        ("payment_method", "persistent_token"),
        ("setup_intent", "client_secret"),
        ("setup_intent", "persistent_token"),
        ("source", "client_secret"),
        ("source", "client_token"),
        ("terminal.configuration", "admin_menu_passcode"),
        ("terminal.configuration", "password"),  # of its Wi-Fi
        ("terminal.configuration", "private_key_file_password"),
        ("terminal.connection_token", "secret"),
        ("terminal.onboarding_link", "redirect_url"),
        ("three_d_secure.authentication", "cryptogram"),
        ("v2.billing.meter_event_session", "authentication_token"),
        ("v2.commerce.product_catalog_import", "url"),  # to upload with, and to download from
        ("v2.core.account_link", "url"),
        ("v2.core.event_destination", "signing_secret"),
        ("v2.money_management.transaction", "url"),  # of a receipt, without a login
        ("webhook_endpoint", "secret"),
    }
)

# Of any object, also of those that Stripe adds later, unless empty.
ANYWHERE = frozenset({"client_secret"})

# Found in most payloads, so that the name of the object is looked for instead.
COMMON_KEYS = frozenset(
    "auth_code authentication_token cryptogram number password payload redirect_url url".split()
)

OBJECT = '"object":"'  # in all JSON text that has a Stripe object inside

IN_URLS = "secret"
# A parameter such as payment_intent_client_secret, also of URLs that are themselves parameters, in
# which % is %25.
_NAME = "client(?:_|%(?:25)*5f)secret(?:=|%(?:25)*3d)"
URL_SECRET = re.compile(rf"""({_NAME})(?:[^&#%"'\\\s]|%(?:25)*5f)+""", re.IGNORECASE | re.ASCII)
# Without what follows, which JSON may have escaped.
_IN_LOWER_CASE = re.compile(_NAME)


def _looked_for(name: str, key: str) -> str:
    if key in COMMON_KEYS:
        return f'{OBJECT}{name}"'
    return f'{key}":' if key.endswith("_token") else f'{key.rpartition("_")[2]}":'


_ELSEWHERE = {_looked_for(name, key) for name, key in SECRETS}
_ANYWHERE = [f'"{key}":' for key in ANYWHERE]
_OWN_KEYS = {
    name: [*_ANYWHERE, *(f'"{key}":' for other, key in SECRETS if other == name)]
    for name, _ in SECRETS
}


def may_contain_secret(text: str, name: str) -> bool:
    """Whether JSON text of an object of this name may hold a secret: a quick look."""
    return may_contain_own_secret(text, name) or (
        OBJECT in text and any(map(text.__contains__, _ELSEWHERE))
    )


def may_contain_own_secret(text: str, name: str) -> bool:
    """The same for text without any other object: its own secrets, and those in URLs."""
    if "=" in text or "%" in text:  # found much sooner than a word in any case
        lower = text.lower()
        if IN_URLS in lower and _IN_LOWER_CASE.search(lower):
            return True
    return any(map(text.__contains__, _OWN_KEYS.get(name, _ANYWHERE)))


def without_secrets(value: Any, name: Any = None) -> Any:
    """A copy of ``value`` without secrets, at any depth; ``name`` is the ``object`` it is part of.

    The ``previous_attributes`` of an event have no ``object``: they are read as those of the
    object beside them, the ``changes`` of a thin event as those of the object that it names.
    ``metadata`` is left alone. Of a secret in a URL only the parameter's name stays.
    """
    if isinstance(value, dict):
        name = _name_of(value) or name
        return {
            key: item if key == "metadata" else without_secrets(item, owner(value, key) or name)
            for key, item in value.items()
            if (name, key) not in SECRETS and not (key in ANYWHERE and item)
        }
    if isinstance(value, list | tuple):
        return [without_secrets(item, name) for item in value]
    if isinstance(value, str) and IN_URLS in value.lower():
        return URL_SECRET.sub(r"\1", value)
    return value


def _name_of(value: Mapping[str, Any]) -> str | None:
    name = value.get("object")
    if isinstance(name, dict):
        name = name.get("object")
    return name if isinstance(name, str) else None


def owner(payload: Mapping[str, Any], key: str | None) -> str | None:
    """Of which other object a key has the values: a thin event's ``changes`` are its object's."""
    related = payload.get("related_object") if key == "changes" else None
    name = related.get("type") if isinstance(related, dict) else None
    return name if isinstance(name, str) else None
