"""What people call the rows of a model, without a query."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def price_name(row: Any, amount: str) -> str:
    """An amount and the period of a price or a plan: ``€29.00 per month``."""
    count = row.interval_count or 1
    period = {
        "day": ngettext("per day", "every %(count)d days", count),
        "week": ngettext("per week", "every %(count)d weeks", count),
        "month": ngettext("per month", "every %(count)d months", count),
        "year": ngettext("per year", "every %(count)d years", count),
    }.get(row.interval or "", "")
    shown = _("in tiers") if row.billing_scheme == "tiered" else amount
    return " ".join(filter(None, (shown, period % {"count": count})))
