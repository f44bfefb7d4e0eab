"""Formats Stripe's amounts, integers in the smallest unit of a currency, as money.

The number of decimals is Stripe's rule (https://docs.stripe.com/currencies), which
differs from ISO 4217 for some currencies. The format is Babel's, in Django's active
language.
"""

from __future__ import annotations

import re
from copy import copy
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError, numbers
from babel.core import get_global
from django.utils.translation import get_language, to_locale

NO_DECIMALS = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMALS = frozenset("bhd jod kwd omr tnd".split())
# Stripe still sends two, which are zero in all but old amounts.
WHOLE_WITH_TWO_DECIMALS = frozenset("isk ugx".split())


def decimals(currency: str) -> int | None:
    """How many decimals Stripe's amounts in a currency have; ``None`` for an unknown code."""
    code = currency.lower()
    if code.upper() not in _codes():
        return None
    if code in NO_DECIMALS:
        return 0
    return 3 if code in THREE_DECIMALS else 2


def to_decimal(amount: int, currency: str) -> Decimal | None:
    """The amount in the currency's main unit, exactly; ``None`` for an unknown code."""
    places = decimals(currency)
    return None if places is None else Decimal(amount).scaleb(-places)


def format_money(amount: int | Decimal, currency: str | None) -> str:
    """``"$10.99"`` for 1099 and ``"usd"``, in the active language.

    A fraction of the smallest unit, which prices may have, gets decimals of its own. Without a
    currency, or with an unknown code, the number stays as Stripe sent it.
    """
    locale = _locale(get_language())
    places = decimals(currency) if currency else None
    if not currency or places is None:
        plain = numbers.format_decimal(amount, locale=locale)
        return f"{plain} {currency.upper()}" if currency else plain
    if currency.lower() in WHOLE_WITH_TWO_DECIMALS and amount % 100 == 0:
        amount, places = amount // 100, 0
    value = Decimal(amount).scaleb(-places)
    places = max(places, -int(value.normalize().as_tuple().exponent))
    pattern = _pattern(locale, currency.upper(), places)
    shown: str = pattern.apply(value, locale, currency=currency.upper(), currency_digits=False)
    return shown


@cache
def _pattern(locale: Locale, code: str, places: int) -> numbers.NumberPattern:
    """The locale's pattern with this many decimals, and a space beside a symbol of letters."""
    pattern: numbers.NumberPattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    symbol = numbers.get_currency_symbol(code, locale)
    if symbol[-1].isalpha():
        positive, negative = pattern.prefix
        pattern.prefix = re.sub("¤$", "¤\xa0", positive), re.sub("¤$", "¤\xa0", negative)
    if symbol[0].isalpha():
        positive, negative = pattern.suffix
        pattern.suffix = re.sub("^¤", "\xa0¤", positive), re.sub("^¤", "\xa0¤", negative)
    return pattern


@cache
def _codes() -> frozenset[str]:
    return frozenset(get_global("all_currencies"))


@cache
def _locale(language: str | None) -> Locale:
    try:
        return Locale.parse(to_locale(language or "en"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
