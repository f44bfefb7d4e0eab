from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxAssociation(StripeModel):
    """The link between a payment and the tax that Stripe recorded for it."""

    stripe = Resource("tax.association")

    calculation = fields.Reference(
        "TaxCalculation",
        related_name="tax_associations",
        help_text="The tax calculation that the payment was made with.",
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="tax_associations",
        help_text="The payment intent that is taxed.",
    )
    tax_transaction_attempts = fields.HashField(
        help_text="The tax transactions that Stripe tried to record, and how each try ended."
    )
