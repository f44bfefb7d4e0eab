from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxCalculation(StripeModel):
    """The tax on a planned sale, calculated before the customer pays."""

    stripe = Resource("tax.calculation", retrieve_path="/v1/tax/calculations/{id}")

    amount_total = fields.AmountField(help_text="What the customer has to pay, tax included.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this calculation.")
    customer = fields.Reference(
        "Customer",
        related_name="tax_calculations",
        help_text="The customer who buys, if it is a known one.",
    )
    customer_details = fields.HashField(
        help_text="What the tax depends on: the customer's address, tax ids and exemptions."
    )
    expires_at = fields.TimestampField(help_text="When the calculation expires.")
    ship_from_details = fields.HashField(help_text="Where the goods are sent from.")
    shipping_cost = fields.HashField(help_text="Price of the shipping and the tax on it.")
    tax_amount_exclusive = fields.AmountField(help_text="Tax on top of the prices.")
    tax_amount_inclusive = fields.AmountField(help_text="Tax that the prices contain.")
    tax_breakdown = fields.HashField(
        help_text="The single taxes that make up the total, each with its rate and amount."
    )
    tax_date = fields.TimestampField(help_text="The moment whose tax rules and rates apply.")
