from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ConfirmationToken(StripeModel):
    """What a customer entered in the browser, for the server to confirm a payment with."""

    stripe = Resource(
        "confirmation_token", area=Area.PAYMENTS, retrieve_path="/v1/confirmation_tokens/{id}"
    )

    class SetupFutureUsage(models.TextChoices):
        OFF_SESSION = "off_session"
        ON_SESSION = "on_session"

    expires_at = fields.TimestampField(help_text="Last moment it can confirm anything at.")
    mandate_data = fields.HashField(
        help_text="How the customer agreed to later debits, from which a mandate is made."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="confirmation_tokens",
        help_text="The payment that it confirmed; unset while unused.",
    )
    payment_method_options = fields.HashField(
        help_text="Settings of single payment method types, such as card instalments."
    )
    payment_method_preview = fields.HashField(
        help_text="The payment details as entered, before a payment method is made of them."
    )
    return_url = fields.URLField(
        help_text="Where the customer comes back to after authenticating elsewhere."
    )
    setup_future_usage = fields.EnumField(
        choices=SetupFutureUsage,
        help_text="Whether the payment method is to be kept, and charged with or without the "
        "customer present.",
    )
    setup_intent = fields.Reference(
        "SetupIntent",
        related_name="confirmation_tokens",
        help_text="The set-up that it confirmed; unset while unused.",
    )
    shipping = fields.HashField(
        help_text="Name, phone number and address that the customer gave for delivery."
    )
    use_stripe_sdk = fields.FlagField(
        help_text="Whether Stripe's own library guides the customer through the confirmation."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the token was made.")
