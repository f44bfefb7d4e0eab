from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxTransaction(StripeModel):
    """A record of the tax on one sale, or on one that was taken back."""

    stripe = Resource("tax.transaction", retrieve_path="/v1/tax/transactions/{id}")

    class Type(models.TextChoices):
        REVERSAL = "reversal"
        TRANSACTION = "transaction"

    currency = fields.CurrencyField(help_text="Currency of the amounts of this transaction.")
    customer = fields.Reference(
        "Customer",
        related_name="tax_transactions",
        help_text="The customer who bought, if known by id.",
    )
    customer_details = fields.HashField(
        help_text="The buyer's address, tax numbers and exemption, as they were on that day."
    )
    posted_at = fields.TimestampField(help_text="When the tax became owed, or ceased to be.")
    reference = fields.StringField(
        help_text="The merchant's own unique name for it, such as an order number."
    )
    reversal = fields.HashField(help_text="Which transaction was taken back; unset for a sale.")
    ship_from_details = fields.HashField(help_text="Where the goods were sent from.")
    shipping_cost = fields.HashField(
        help_text="What shipping cost, and the tax on it, in the smallest unit of the currency."
    )
    tax_date = fields.TimestampField(help_text="The time whose tax rules and rates were used.")
    type = fields.EnumField(choices=Type, help_text="Whether it is a sale or takes one back.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")

    def __str__(self) -> str:
        return self.reference or self.stripe_id
