from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class ExchangeRate(StripeModel):
    """What one currency is worth in others, by Stripe's rates of the moment."""

    OBJECT_NAME = "exchange_rate"
    AREA = Area.BALANCES
    LIST_PATH = "/v1/exchange_rates"
    LIST_SINCE = False
    IS_PLATFORM_OWNED = True

    rates = fields.HashField(
        help_text="What one unit of the currency in the id is worth in each other currency."
    )
