"""A payload as it is stored under a policy: its shape, with other values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .categories import UNREVIEWED
from .places import Place, is_structural
from .rulebook import DROP, KEEP, Decision, Rulebook

# Ids of objects are no personal data, wherever they stand.
ID = re.compile(r"(?=.*[0-9])[a-z]{2,10}(?:_test|_live)?_[A-Za-z0-9]{14,}")
MAY_HOLD_IDS = frozenset({UNREVIEWED, "free_text"})
NUMBERS = (int, float, Decimal)
EMPTY: tuple[Any, ...] = ("", {}, [])


def image(rules: Rulebook, value: Any, place: Place) -> Any:
    if isinstance(value, dict):
        inside = place.inside(value)
        return {key: _under(rules, value, inside, key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [image(rules, item, place) for item in value]
    return value


def _under(rules: Rulebook, value: Mapping[str, Any], inside: Place, key: Any, item: Any) -> Any:
    """The image of what a hash has under a key; flags and what is empty stay."""
    if item is None or isinstance(item, bool) or item in EMPTY:
        return item
    if not isinstance(key, str) or is_structural(value, key):
        return item
    place = inside.under(value, key)
    if not place.path:
        return image(rules, item, place)
    decision = rules.decide(place.name, place.path, inside.category)
    return _treated(rules, item, place, decision)


def _treated(rules: Rulebook, item: Any, place: Place, decision: Decision) -> Any:
    treatment, whole, category = decision
    if whole or not isinstance(item, dict | list | tuple):
        return item if treatment is KEEP else _replaced(rules, item, decision)
    if isinstance(item, dict):
        return image(rules, item, place._replace(category=category))
    if treatment is DROP and not any(isinstance(each, dict | list | tuple) for each in item):
        return None
    return [_treated(rules, each, place, decision) for each in item]


def _replaced(rules: Rulebook, item: Any, decision: Decision) -> Any:
    """What is stored in place of a value, and of all inside of it."""
    treatment, whole, category = decision
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, str):
        if category in MAY_HOLD_IDS and ID.fullmatch(item):
            return item
        return rules.replaced(item, treatment)
    if isinstance(item, NUMBERS) and category == UNREVIEWED and not whole:
        return item
    if treatment is DROP or isinstance(item, NUMBERS):
        return None
    if isinstance(item, dict):
        return {key: _replaced(rules, each, decision) for key, each in item.items()}
    return [_replaced(rules, each, decision) for each in item]
