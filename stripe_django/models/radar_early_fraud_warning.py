from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class RadarEarlyFraudWarning(StripeModel):
    """Word from the bank that issued the card that a charge may be fraud."""

    stripe = Resource("radar.early_fraud_warning", list_path="/v1/radar/early_fraud_warnings")

    actionable = fields.FlagField(help_text="True while a refund may still avert a dispute.")
    charge = fields.Reference(
        "Charge", related_name="early_fraud_warnings", help_text="The charge that may be fraud."
    )
    fraud_type = fields.CodeField(
        help_text="What the bank takes it for, such as made_with_stolen_card."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="early_fraud_warnings",
        help_text="The payment intent of that charge.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the warning was made.")
