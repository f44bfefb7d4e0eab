"""What a price or plan costs, as people say it: €29.00 per month."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.models import Price
from stripe_django.money import format_money


def price_text(price: Any) -> str:
    """The amount and the period of a price or plan; empty where there is no fixed amount."""
    return " ".join(filter(None, (unit_text(price), period_text(price))))


def unit_text(price: Any) -> str:
    is_price = isinstance(price, Price)
    whole = price.unit_amount if is_price else price.amount
    exact = price.unit_amount_decimal if is_price else price.amount_decimal
    if price.billing_scheme == "tiered":
        return _("in tiers")
    amount = exact if whole is None else whole
    return "" if amount is None else format_money(amount, price.currency)


def period_text(price: Any) -> str:
    count = price.interval_count or 1
    texts = {
        "day": ngettext("per day", "every %d days", count),
        "week": ngettext("per week", "every %d weeks", count),
        "month": ngettext("per month", "every %d months", count),
        "year": ngettext("per year", "every %d years", count),
    }
    text = texts.get(price.interval or "", "")
    return text % count if "%d" in text else text
