"""What the business sells, in which currencies, and what comes off or on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .context import Context, Payload, Reference, id_of

CURRENCIES = ("eur", "usd", "jpy")
COUNTRY = {"eur": "DE", "usd": "US", "jpy": "JP"}

# By product: the price of a month, or of one piece, in the smallest unit of each currency.
MEMBERSHIPS = {
    "solo": {"eur": 900, "usd": 1_000, "jpy": 1_500},
    "team": {"eur": 2_900, "usd": 3_200, "jpy": 4_800},
    "studio": {"eur": 7_900, "usd": 8_500, "jpy": 12_800},
}
SERVICES = {
    "data-import": {"eur": 12_000, "usd": 13_000, "jpy": 19_800},
    "workshop": {"eur": 45_000, "usd": 49_000, "jpy": 72_000},
}
MONTHS_PAID_IN_A_YEAR = 10
COUPONS: Mapping[str, Mapping[str, Any]] = {
    "WELCOME25": {"percent_off": 25.0, "duration": "once"},
    "SPRING15": {"percent_off": 15.0, "duration": "repeating", "duration_in_months": 3},
    "NONPROFIT50": {"percent_off": 50.0, "duration": "forever"},
    "FIVER": {"amount_off": 500, "currency": "eur", "duration": "once"},
}
TAX_RATES: Mapping[str, Mapping[str, Any]] = {
    "eur": {"display_name": "VAT", "percentage": 19.0, "country": "DE", "tax_type": "vat"},
    "jpy": {"display_name": "JCT", "percentage": 10.0, "country": "JP", "tax_type": "jct"},
}


@dataclass
class Catalogue:
    """Prices by name and currency, their plans, coupons and tax rates; all of it is at the fake.

    ``prices["team-monthly", "eur"]`` is a payload, and its ``lookup_key`` is
    ``team-monthly-eur``. ``tax_rates`` are by the currency that they are for. An empty one has
    nothing of this.
    """

    context: Context
    is_empty: bool = False
    products: dict[str, Payload] = field(default_factory=dict)
    prices: dict[tuple[str, str], Payload] = field(default_factory=dict)
    plans: dict[str, Payload] = field(default_factory=dict)
    coupons: dict[str, Payload] = field(default_factory=dict)
    promotion_codes: dict[str, Payload] = field(default_factory=dict)
    tax_rates: dict[str, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.is_empty:
            self._fill()

    def _fill(self) -> None:
        create = self.context.create
        for name, amounts in MEMBERSHIPS.items():
            self._sell(name, amounts, "month", "monthly")
            yearly = {each: amount * MONTHS_PAID_IN_A_YEAR for each, amount in amounts.items()}
            self._sell(name, yearly, "year", "yearly")
        for name, amounts in SERVICES.items():
            self._sell(name, amounts)
        for code, values in COUPONS.items():
            terms = {"currency": None, "percent_off": None, "times_redeemed": 0, **values}
            self.coupons[code] = create("coupon", id=code, name=code.capitalize(), **terms)
            promotion = {"type": "coupon", "coupon": code}
            self.promotion_codes[code] = create("promotion_code", code=code, promotion=promotion)
        for currency, values in TAX_RATES.items():
            effective = {"effective_percentage": values["percentage"]}
            self.tax_rates[currency] = create("tax_rate", **values, **effective)

    def price(self, wanted: Reference, currency: str) -> Payload:
        """The price of that name in a currency, or the price given whole or by its id.

        Raises ``LookupError``, which names the known ones.
        """
        if isinstance(wanted, str) and (wanted, currency) in self.prices:
            return self.prices[wanted, currency]
        try:
            return self.context.get("price", wanted)
        except LookupError:
            names = ", ".join(sorted({name for name, _ in self.prices})) or "none"
            message = f"There is no price {id_of(wanted)!r} in {currency}. There are {names}."
            raise LookupError(message) from None

    def coupon(self, wanted: Reference) -> Payload:
        """The coupon of that id. Raises ``LookupError``, which names the known ones."""
        try:
            return self.context.get("coupon", wanted)
        except LookupError:
            known = ", ".join(sorted(self.coupons))
            raise LookupError(f"There is no coupon {id_of(wanted)!r}. There are {known}.") from None

    def plan(self, price: Mapping[str, Any]) -> Payload:
        """The plan that a recurring price is in the older form."""
        return self.plans.get(price["id"]) or plan_of(price)

    def promotion_code(self, wanted: Reference) -> Payload:
        """The promotion code of that code or id. Raises ``LookupError``; see the known ones."""
        if isinstance(wanted, str) and wanted in self.promotion_codes:
            return self.context.get("promotion_code", self.promotion_codes[wanted])
        try:
            return self.context.get("promotion_code", wanted)
        except LookupError:
            known = ", ".join(sorted(self.promotion_codes))
            message = f"There is no promotion code {id_of(wanted)!r}. There are {known}."
            raise LookupError(message) from None

    def _sell(
        self, name: str, amounts: Mapping[str, int], interval: str = "", adverb: str = ""
    ) -> None:
        title = name.replace("-", " ").capitalize()
        if name not in self.products:
            self.products[name] = self.context.create("product", name=title, type="service")
        for currency, amount in amounts.items():
            full_name = f"{name}-{adverb}" if adverb else name
            self.prices[full_name, currency] = self.context.create(
                "price",
                product=self.products[name]["id"],
                currency=currency,
                unit_amount=amount,
                unit_amount_decimal=str(amount),
                lookup_key=f"{full_name}-{currency}",
                nickname=f"{title}, {adverb}" if adverb else title,
                tax_behavior="exclusive",
                **_how_often(interval),
            )
            if interval:
                price = self.prices[full_name, currency]
                self.plans[price["id"]] = self.context.create("plan", **plan_of(price))


def _how_often(interval: str) -> dict[str, Any]:
    if not interval:
        return {"type": "one_time", "recurring": None}
    return {"type": "recurring", "recurring": {"interval": interval, "interval_count": 1}}


def plan_of(price: Mapping[str, Any]) -> Payload:
    """The plan that a recurring price is in the older form; both have the same id."""
    same = ("active", "billing_scheme", "created", "currency", "id", "livemode", "metadata")
    recurring = price["recurring"]
    return {
        **{key: price[key] for key in (*same, "nickname", "product", "tiers_mode")},
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "meter": recurring["meter"],
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }
