"""What people call the rows of a model, without a query."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.money import format_money

DOTS = "••"  # for the digits of a card that are not known
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}


def joined(*parts: str | None) -> str:
    """Those of the parts that there are, such as an amount and what it was for."""
    return " · ".join(part for part in parts if part)


def money(row: Any, name: str = "amount") -> str:
    """An amount of a row as money; empty where there is none."""
    shown: str = getattr(row, f"{name}_money")
    return shown


def words(code: str | None) -> str:
    """A code of Stripe's as words: ``requested by customer``."""
    return (code or "").replace("_", " ")


def card_name(brand: str | None, last4: str | None, unknown: str = "") -> str:
    """``Visa ••4242``; empty without the digits, unless it has a name for such a one."""
    if not last4:
        return ""
    name = BRANDS.get(brand or "", brand or unknown)
    return f"{name[:1].upper()}{name[1:]} {DOTS}{last4}".strip()


def price_text(price: Any) -> str:
    """What a price or plan costs: ``€29.00 per month``; empty where there is no fixed amount."""
    return " ".join(filter(None, (_unit(price), _period(price))))


def loaded(row: Any, name: str) -> Any:
    """The row that a reference leads to, if it was read before."""
    field = row._meta.get_field(name)
    return getattr(row, name) if field.is_cached(row) else None


def counted(quantity: int | None, text: str) -> str:
    """``3 × Pro``, but one of something is that alone."""
    return f"{quantity} × {text}" if text and quantity not in (None, 1) else text


def item_name(item: Any) -> str:
    """What an item of a subscription is, as far as its product and price were read with it."""
    price = loaded(item, "price") or loaded(item, "plan")
    product = loaded(item, "product")
    parts = (str(product or ""), (price_text(price) or str(price)) if price else "")
    return counted(item.quantity, joined(*dict.fromkeys(parts)))


def plan_name(subscription: Any) -> str:
    """What a subscription with one item is to: ``3 × Pro · €29.00 per month``.

    Empty unless its plan was read with it.
    """
    if not (plan := loaded(subscription, "plan")):
        return ""
    product = loaded(plan, "product") or plan.name
    return counted(subscription.quantity, joined(str(product or ""), price_text(plan)))


def _unit(price: Any) -> str:
    if price.billing_scheme == "tiered":
        return _("in tiers")
    is_price = hasattr(price, "unit_amount")
    whole = price.unit_amount if is_price else price.amount
    exact = price.unit_amount_decimal if is_price else price.amount_decimal
    amount = exact if whole is None else whole
    return "" if amount is None else format_money(amount, price.currency)


def _period(price: Any) -> str:
    count = price.interval_count or 1
    texts = {
        "day": ngettext("per day", "every %d days", count),
        "week": ngettext("per week", "every %d weeks", count),
        "month": ngettext("per month", "every %d months", count),
        "year": ngettext("per year", "every %d years", count),
    }
    text = texts.get(price.interval or "", "")
    return text % count if "%d" in text else text
