"""Conversion into one currency, by the exchange rates of Stripe's balance transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Q, QuerySet

from stripe_django import money
from stripe_django.models import BalanceTransaction

from .mirror import own
from .results import Money

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates into a currency, between smallest units, by the other currency.

    Without a currency, everything stays in its own; so does what has no rate.
    """

    currency: str | None
    of: Mapping[str, Decimal]

    def convert(self, currency: str, amount: Money) -> tuple[str, Money]:
        """The currency and the amount in it."""
        if self.currency is None:
            return currency, amount
        if currency not in self.of:
            return currency, Decimal(amount)
        return self.currency, (amount * self.of[currency]).quantize(PLACES)

    def convert_parts(self, currency: str, parts: int) -> tuple[str, int]:
        """The same for a whole number of ten-thousandths."""
        if self.currency is None or currency not in self.of:
            return currency, parts
        return self.currency, int((parts * self.of[currency]).to_integral_value())


def rates(currency: str | None, until: datetime, using: str | None) -> Rates:
    """The newest rates before a moment, in either direction."""
    if currency is None:
        return Rates(None, {})
    target = currency.lower()
    converted = own(BalanceTransaction, using).filter(
        Q(currency=target) | Q(charges__currency=target),
        created__lt=until,
        exchange_rate__gt=0,
        charges__currency__isnull=False,
    )
    pairs = converted.values_list("charges__currency", "currency").annotate(last=Max("created"))
    found: dict[str, Decimal] = {}
    for source, into, last in pairs.order_by("last"):
        rate = _rate(converted.filter(charges__currency=source, currency=into, created=last))
        found[source if into == target else into] = rate if into == target else 1 / rate
    return Rates(target, found)


def _rate(converted: QuerySet) -> Decimal:
    """How many of the smallest unit one of the other currency is.

    Where the two have another number of decimals, the amounts show which units the rate is
    between.
    """
    columns = ("exchange_rate", "amount", "currency", "charges__amount", "charges__currency")
    rate, into, currency, amount, source = converted.order_by("pk").values_list(*columns)[0]
    scaled = rate.scaleb((money.decimals(currency) or 0) - (money.decimals(source) or 0))
    given: tuple[Decimal, ...] = (rate, scaled)
    return min(given, key=lambda each: abs(amount * each - into))
