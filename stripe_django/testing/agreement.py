"""What has to agree within a payload, wherever the caller gave one of the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .fake import schema
from .payment_status import payment_status

PLAN_OF_PRICE = (
    *("active", "billing_scheme", "created", "currency", "id", "livemode", "metadata"),
    *("nickname", "product", "tiers", "tiers_mode"),
)
MANUAL = "not_applicable"  # the reconciliation of a payout that is none
PLAN_OF_RECURRING = ("interval", "interval_count", "meter", "trial_period_days", "usage_type")
RENAMED = {
    "unit_amount": "amount",
    "unit_amount_decimal": "amount_decimal",
    "transform_quantity": "transform_usage",
}


def agree(made: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Make the rest of a hash fit what was ``given`` of it."""
    if made.get("billing_scheme") == "tiered":  # which has amounts in its tiers alone
        made |= {key: None for key in ("unit_amount", "amount") if key in made.keys() - given}
    for key in made:
        if f"{key}_decimal" in made:
            _agree_on_decimal(made, given, key)
    if made.get("object") == "checkout.session" and "payment_status" not in given:
        made |= {"payment_status": payment_status(made)} if "payment_status" in made else {}
    if made.get("object") == "subscription_item":
        _agree_on_price(made, given)
    if made.get("object") == "payout":
        _agree_on_reconciliation(made, given)
    if isinstance(made.get("object"), str) and isinstance(made.get("id"), str):
        for key in schema.pages(made["object"]).keys() & given.keys() & made.keys():
            _agree_on_owner(made, given[key], key)


def _agree_on_decimal(made: dict[str, Any], given: Mapping[str, Any], key: str) -> None:
    """``unit_amount_decimal`` is ``unit_amount`` as text; the latter is null between integers."""
    decimal = f"{key}_decimal"
    if decimal not in given:
        made[decimal] = None if made[key] is None else str(made[key])
    elif key not in given:
        text = str(made[decimal])
        made[key] = int(text) if text.lstrip("-").isdecimal() else None


def _agree_on_price(made: dict[str, Any], given: Mapping[str, Any]) -> None:
    """The plan of an item shows its price in the form of before prices."""
    price, plan = made.get("price"), made.get("plan")
    if not isinstance(price, Mapping) or not isinstance(plan, Mapping):
        return
    if "plan" not in given:
        made["plan"] = {**plan, **_plan_of(price)}
    elif "price" not in given:
        made["price"] = {**price, **_price_of(plan, price)}


def _agree_on_reconciliation(made: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Stripe reconciles automatic payouts alone."""
    if "automatic" not in given:
        made["automatic"] = made.get("reconciliation_status") != MANUAL
    elif not made["automatic"] and "reconciliation_status" not in given:
        made["reconciliation_status"] = MANUAL


def _agree_on_owner(made: dict[str, Any], given: Any, key: str) -> None:
    """The members of a nested list name the object that they are in."""
    if not isinstance(given, Mapping) or not given.get("data"):
        return
    pairs = zip(made[key]["data"], given["data"], strict=True)
    members = [_belonging(made, member, given_member) for member, given_member in pairs]
    made[key] = {**made[key], "data": members}


def _belonging(owner: Mapping[str, Any], member: Any, given: Mapping[str, Any]) -> Any:
    key = schema.reference_to(owner["object"], member["object"])
    return member if key is None or key in given else {**member, key: owner["id"]}


def _plan_of(price: Mapping[str, Any]) -> dict[str, Any]:
    recurring = price.get("recurring") or {}
    return {
        **{key: price[key] for key in PLAN_OF_PRICE if key in price},
        **{key: recurring[key] for key in PLAN_OF_RECURRING if key in recurring},
        **{plan_key: price[key] for key, plan_key in RENAMED.items() if key in price},
    }


def _price_of(plan: Mapping[str, Any], price: Mapping[str, Any]) -> dict[str, Any]:
    terms = {key: plan[key] for key in PLAN_OF_RECURRING if key in plan}
    return {
        **{key: plan[key] for key in PLAN_OF_PRICE if key in plan},
        **{key: plan[plan_key] for key, plan_key in RENAMED.items() if plan_key in plan},
        "recurring": {**(price.get("recurring") or {}), **terms},
    }
