"""The kinds of objects in histories, and what their payloads hold in two API versions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_django.models import Coupon, Customer, Plan, PromotionCode, Subscription
from stripe_django.models.base import StripeModel

STATES = "ABC"  # that an object can be in

Payload = dict[str, Any]
NewId = Callable[[str], str]


def renamed(payload: Payload, **names: str) -> Payload:
    """The payload with other keys, and without those of which the new name is empty."""
    found = {names.get(key, key): value for key, value in payload.items()}
    found.pop("", None)
    return found


def promotion(before: Payload, state: str, coupon: Any, new_id: NewId) -> Payload:
    return {"promotion": {"type": "coupon", "coupon": coupon}}


def items(before: Payload, state: str, plan: Any, new_id: NewId) -> Payload:
    """One item in the first state, two in the second: what was taken out never comes back."""
    count = STATES.index(state) + 1
    data = before.get("items", {"data": []})["data"][:count]
    while len(data) < count:
        item = {"id": new_id("si"), "object": "subscription_item", "plan": plan}
        data.append({**item, "subscription": before["id"], "metadata": {}})
    return {"items": {"object": "list", "data": data, "has_more": False}}


def nothing(before: Payload, state: str, copy: Any, new_id: NewId) -> Payload:
    return {}


@dataclass(frozen=True)
class Kind:
    """``older`` is a payload in the older version, ``inside`` what it holds beside its base.

    That may be a copy of an object of the kind that it ``holds``.
    """

    model: type[StripeModel]
    base: Payload
    older: Callable[[Payload], Payload]
    inside: Callable[[Payload, str, Any, NewId], Payload] = nothing
    holds: str = ""


KINDS = {
    "coupon": Kind(
        Coupon,
        {"amount_off": 500, "duration": "once", "valid": True},
        lambda payload: renamed(payload, valid=""),
    ),
    "plan": Kind(
        Plan,
        {"amount": 900, "interval": "month", "nickname": "Gold", "product": "prod_1"},
        lambda payload: renamed(payload, nickname="name", product=""),
    ),
    "customer": Kind(
        Customer,
        {"balance": 0, "name": None},
        lambda payload: renamed(payload, balance="account_balance"),
    ),
    "promotion_code": Kind(
        PromotionCode,
        {"active": True, "code": "SPRING"},
        lambda payload: renamed(payload, promotion="") | {"coupon": payload["promotion"]["coupon"]},
        inside=promotion,
        holds="coupon",
    ),
    "subscription": Kind(
        Subscription,
        {"status": "active", "customer": "cus_1"},
        lambda payload: {**payload, "tax_percent": None},
        inside=items,
        holds="plan",
    ),
}
