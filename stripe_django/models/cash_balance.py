from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CashBalance(StripeModel):
    """Money that a customer sent by bank transfer and that is not used up yet."""

    stripe = Resource(
        "cash_balance",
        area=Area.CUSTOMERS,
        id_from=("customer", "customer_account"),
        retrieve_path="/v1/customers/{id}/cash_balance",
    )

    available = fields.HashField(help_text="What is left, by currency, in its smallest unit.")
    customer = fields.Reference(
        "Customer", related_name="cash_balances", help_text="The customer whose money it is."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="cash_balances",
        help_text="The customer, as an account of the second API version.",
    )
    settings = fields.HashField(
        help_text="Whether the money is matched to open payments automatically or manually."
    )
