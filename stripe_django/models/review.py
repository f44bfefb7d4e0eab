from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import words
from .resource import Resource


class Review(StripeModel):
    """A payment that a person should look at, because it might be fraud."""

    stripe = Resource(
        "review", area=Area.RADAR, dashboard_path="radar/reviews", list_path="/v1/reviews"
    )

    class ClosedReason(models.TextChoices):
        ACKNOWLEDGED = "acknowledged"
        APPROVED = "approved"
        CANCELED = "canceled"
        DISPUTED = "disputed"
        PAYMENT_NEVER_SETTLED = "payment_never_settled"
        REDACTED = "redacted"
        REFUNDED = "refunded"
        REFUNDED_AS_FRAUD = "refunded_as_fraud"

    class OpenedReason(models.TextChoices):
        MANUAL = "manual"
        RULE = "rule"

    billing_zip = fields.StringField(help_text="Postcode of the billing address of the card.")
    charge = fields.Reference(
        "Charge", related_name="reviews", help_text="The charge that is looked at."
    )
    closed_reason = fields.EnumField(
        choices=ClosedReason, help_text="How the review ended; unset while it is open."
    )
    ip_address = fields.CodeField(help_text="Internet address that the payment came from.")
    ip_address_location = fields.HashField(
        help_text="Rough place of that internet address: country, region, town and coordinates."
    )
    open = fields.FlagField(help_text="Whether a decision is still open.")
    opened_reason = fields.EnumField(
        choices=OpenedReason, help_text="Whether a rule or a person asked for the review."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="reviews",
        help_text="The payment intent of the payment that is looked at.",
    )
    reason = fields.CodeField(help_text="Why the review is open, or how it ended.")
    session = fields.HashField(help_text="Browser and device that the payer used.")
    created = fields.TimestampField(db_index=True, help_text="When the review was opened.")

    def __str__(self) -> str:
        return words(self.reason) or self.stripe_id
