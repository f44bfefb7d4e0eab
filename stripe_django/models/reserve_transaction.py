from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ReserveTransaction(StripeModel):
    """A movement of money into or out of what an account must keep in reserve."""

    stripe = Resource("reserve_transaction", area=Area.BALANCES)

    amount = fields.AmountField(help_text="What was moved.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    description = fields.StringField(help_text="Free text on the movement.")
