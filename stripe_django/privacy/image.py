"""A payload as it is stored under a policy: its shape, with other values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .categories import UNREVIEWED
from .ids import is_object_id
from .inventory import NOT_PERSONAL, category_of
from .places import Place, is_structural
from .rulebook import DROP, KEEP, Decision, Rulebook

# Keys of text under which Stripe sends the ids of objects, too. In others, anybody may write some.
MAY_HOLD_IDS = frozenset({"customer_communication", "evidence"})
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
        if treatment is KEEP:
            return item
        return _replaced(rules, item, decision, _may_be_id(category, place.path[-1]))
    if isinstance(item, dict):
        return image(rules, item, place._replace(category=category))
    if all(each is None for each in item):  # nothing is left to withhold
        return item
    if treatment is DROP and not any(isinstance(each, dict | list | tuple) for each in item):
        return None
    return [_treated(rules, each, place, decision) for each in item]


def _may_be_id(category: str, key: Any) -> bool:
    """Whether the id of an object may stand there, and nobody can write a text of this form."""
    return category in (UNREVIEWED, NOT_PERSONAL) or key in MAY_HOLD_IDS


def _replaced(rules: Rulebook, item: Any, decision: Decision, may_be_id: bool) -> Any:
    """What is stored in place of a value, and of all inside of it."""
    treatment, whole, category = decision
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, str):
        return item if may_be_id and is_object_id(item) else rules.replaced(item, treatment)
    if isinstance(item, NUMBERS) and category == UNREVIEWED and not whole:
        return item
    if treatment is DROP or isinstance(item, NUMBERS):
        return None
    if isinstance(item, dict):
        inside = {key: may_be_id and _may_be_id(_category_of(key), key) for key in item}
        return {key: _replaced(rules, each, decision, inside[key]) for key, each in item.items()}
    return [_replaced(rules, each, decision, may_be_id) for each in item]


def _category_of(key: Any) -> str:
    return category_of("", (key,)) if isinstance(key, str) else UNREVIEWED
