from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ExchangeRate(StripeModel):
    """What one currency is worth in others, by Stripe's rates of the moment."""

    stripe = Resource(
        "exchange_rate",
        area=Area.BALANCES,
        list_path="/v1/exchange_rates",
        list_has_created_filter=False,
        is_global=True,
    )

    rates = fields.HashField(
        help_text="What one unit of the currency in the id is worth in each other currency."
    )
