"""What the demo business sells, to whom, and how they pay."""

import random
from dataclasses import dataclass
from typing import Any

PRODUCTS = {"solo": "Solo", "team": "Team", "studio": "Studio"}

MONTHLY_PRICES = {
    ("solo", "eur"): 900,
    ("solo", "usd"): 1000,
    ("team", "eur"): 2900,
    ("team", "usd"): 3200,
    ("studio", "eur"): 7900,
    ("studio", "usd"): 8500,
}


@dataclass(frozen=True)
class Plan:
    product: str
    currency: str
    interval: str
    amount: int

    @property
    def id(self) -> str:
        return f"{self.product}-{self.interval}ly-{self.currency}"

    @property
    def terms(self) -> dict[str, Any]:
        return {"nickname": f"{PRODUCTS[self.product]}, by the {self.interval}", **vars(self)}


PLANS = [
    Plan(product, currency, interval, price * months)
    for (product, currency), price in MONTHLY_PRICES.items()
    for interval, months in (("month", 1), ("year", 10))
]

COUPONS = [
    {"id": "WELCOME25", "percent_off": 25, "duration": "once"},
    {"id": "FRIENDS10", "percent_off": 10, "duration": "once"},
    {"id": "NONPROFIT50", "percent_off": 50, "duration": "forever"},
    {"id": "SPRING", "percent_off": 15, "duration": "repeating", "duration_in_months": 3},
    {"id": "FIVER", "amount_off": 500, "currency": "eur", "duration": "once"},
]
FIRST_INVOICE = {"WELCOME25": 25, "FRIENDS10": 10}
"""Percent off the first invoice, by coupon."""

SERVICES = {"Data import": 12000, "Onboarding workshop": 45000, "Extra storage": 1500}

GOOD_CARDS = ["4242424242424242", "4000056655665556", "5555555555554444", "6011111111111117"]
REFUSED_WHEN_CHARGED = "4000000000000341"
REFUSED_WHEN_ADDED = "4000000000000002"
IBAN = "DE89370400440532013000"

FIRST_NAMES = (
    "Amara Björn Chloé Dmitri Elif Fatima Giulia Hannah Iker Jana Kwame Łukasz Mei Noah Olga "
    "Priya Quentin Rosa Søren Tomás Uma Viktor Wanjiru Ximena Yuki Zoë"
).split()
LAST_NAMES = (
    "Andersen Bauer Castro Dubois Eriksen Ferrari Gómez Hoffmann Ito Jansen Kowalski Lefèvre "
    "Müller Nakamura O'Brien Petrov Quispe Rossi Silva Tanaka Ueda Varga Weiß Yılmaz Zhang"
).split()
CITIES = {
    "eur": [("Berlin", "DE", "10115"), ("Lyon", "FR", "69002"), ("Porto", "PT", "4050-014")],
    "usd": [("Austin", "US", "78701"), ("Portland", "US", "97205"), ("Denver", "US", "80203")],
}


def person(rng: random.Random, currency: str, number: int) -> dict[str, Any]:
    city, country, postal_code = rng.choice(CITIES[currency])
    return {
        "name": f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        "email": f"customer{number}@example.com",
        "address": {"city": city, "country": country, "postal_code": postal_code},
        "metadata": {"number": number, "met": rng.choice(["web", "fair", "friend"])},
    }


def card(rng: random.Random, number: str) -> dict[str, Any]:
    month, year = rng.randrange(1, 13), rng.randrange(2030, 2036)
    return {"number": number, "exp_month": month, "exp_year": year, "cvc": "314"}


def plans_in(currency: str) -> tuple[list[Plan], list[int]]:
    """The plans of one currency, and how popular each is."""
    plans = [plan for plan in PLANS if plan.currency == currency]
    return plans, [3 if plan.interval == "month" else 1 for plan in plans]
