"""Helpers of computed sources: pure functions of a payload that never raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(payload: Mapping[str, Any], key: str) -> str | None:
    """The string under a key; ``None`` for anything else that may be there."""
    value = payload.get(key)
    return value if isinstance(value, str) else None


def only_item(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one item of a subscription; an empty mapping if it has none or several."""
    items = payload.get("items")
    data = items.get("data") if isinstance(items, dict) else None
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        return data[0]
    return {}
