"""Helpers of computed sources: pure functions of a payload that never raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def text(payload: Mapping[str, Any], key: str) -> str | None:
    """The string under a key; ``None`` for anything else that may be there."""
    value = payload.get(key)
    return value if isinstance(value, str) else None


def flag(payload: Mapping[str, Any], key: str) -> bool | None:
    """The flag under a key; ``None`` for anything else that may be there."""
    value = payload.get(key)
    return value if isinstance(value, bool) else None


def detail(key: str) -> Callable[[Mapping[str, Any]], Any]:
    """What the hash of a payment method's own kind has under a key.

    A payment method has that hash itself, a charge of today in ``payment_method_details``, and
    one of earlier API versions in ``source`` or ``card``, which may be the card itself.
    """

    def get(payload: Mapping[str, Any]) -> Any:
        for name in ("payment_method_details", "source", "card", None):
            holder = payload.get(name) if name else payload
            if isinstance(holder, dict):
                kind = holder.get("type")
                inner = holder.get(kind) if isinstance(kind, str) else None
                found = (inner if isinstance(inner, dict) else holder).get(key)
                if found is None and key == "brand" and holder.get("object") == "card":
                    found = kind  # until 2014
                if found is not None:
                    return found
        return None

    return get


def only_item(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one item of a subscription; an empty mapping if it has none or several."""
    items = payload.get("items")
    data = items.get("data") if isinstance(items, dict) else None
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        return data[0]
    return {}
