from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentAttemptRecord(StripeModel):
    """One try at collecting a payment, whether by Stripe or by another processor."""

    stripe = Resource(
        "payment_attempt_record",
        area=Area.PAYMENTS,
        list_path="/v1/payment_attempt_records",
        list_parent="payment_record",
        list_has_created_filter=False,
    )

    class CustomerPresence(models.TextChoices):
        OFF_SESSION = "off_session"
        ON_SESSION = "on_session"

    class ReportedBy(models.TextChoices):
        SELF = "self"
        STRIPE = "stripe"

    amount = fields.HashField(
        help_text="What the attempt is for: a value in the smallest unit, and its currency."
    )
    amount_authorized = fields.HashField(
        help_text="What was reserved: a value in the smallest unit, and its currency."
    )
    amount_canceled = fields.HashField(
        help_text="What was called off: a value in the smallest unit, and its currency."
    )
    amount_failed = fields.HashField(
        help_text="What could not be collected: a value in the smallest unit, and its currency."
    )
    amount_guaranteed = fields.HashField(
        help_text="What is sure to arrive: a value in the smallest unit, and its currency."
    )
    amount_refunded = fields.HashField(
        help_text="What was given back: a value in the smallest unit, and its currency."
    )
    amount_requested = fields.HashField(
        help_text="What the customer was asked for: a value in the smallest unit, and its currency."
    )
    application = fields.Reference(
        "Application",
        related_name="payment_attempt_records",
        help_text="The Connect application that made the record.",
    )
    customer_details = fields.HashField(
        help_text="Who pays: the customer's id, name, e-mail and telephone."
    )
    customer_presence = fields.EnumField(
        choices=CustomerPresence,
        help_text="Whether the customer took part in the payment or was away.",
    )
    description = fields.StringField(help_text="The merchant's own note on the attempt.")
    payment_method_details = fields.HashField(
        help_text="How it was paid, under the key that the type names, and the billing details."
    )
    payment_record = fields.Reference(
        "PaymentRecord",
        related_name="attempt_records",
        help_text="The payment that this was an attempt at.",
    )
    processor_details = fields.HashField(
        help_text="Who processed the payment, under the key that the type names."
    )
    reported_by = fields.EnumField(
        choices=ReportedBy, help_text="Whether Stripe or the merchant reported the payment."
    )
    shipping_details = fields.HashField(
        help_text="Name, address and telephone that the goods go to."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the record was made.")
