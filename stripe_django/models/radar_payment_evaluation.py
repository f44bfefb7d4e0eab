from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class RadarPaymentEvaluation(StripeModel):
    """Stripe's estimate of how risky a payment at another processor is."""

    stripe = Resource("radar.payment_evaluation")

    class RecommendedAction(models.TextChoices):
        BLOCK = "block"
        CONTINUE = "continue"
        REQUEST_THREE_D_SECURE = "request_three_d_secure"

    client_device_metadata_details = fields.HashField(
        help_text="The session in the customer's browser that the device was recognised by."
    )
    created_at = fields.TimestampField(help_text="When the evaluation was made.")
    customer_details = fields.HashField(
        help_text="Who pays: the customer's id, name, e-mail and telephone number."
    )
    events = fields.HashField(
        help_text="What became of the payment later, such as refunds, disputes and fraud warnings."
    )
    outcome = fields.HashField(
        help_text="How the payment ended: it went through, was rejected, or the merchant blocked"
        " it."
    )
    payment_details = fields.HashField(
        help_text="What is to be paid, with what, and where the goods go."
    )
    recommended_action = fields.EnumField(
        choices=RecommendedAction,
        help_text="What Stripe advises the merchant to do with the payment.",
    )
    signals = fields.HashField(help_text="The scores of each type of risk.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
