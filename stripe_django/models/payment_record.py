from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentRecord(StripeModel):
    """A payment made through Stripe or elsewhere, with all attempts at it."""

    stripe = Resource(
        "payment_record",
        area=Area.PAYMENTS,
        list_path="/v1/payment_records",
        list_has_created_filter=False,
    )

    class CustomerPresence(models.TextChoices):
        OFF_SESSION = "off_session"
        ON_SESSION = "on_session"

    class ReportedBy(models.TextChoices):
        SELF = "self"
        STRIPE = "stripe"

    amount = fields.HashField(
        help_text="What the payment is about: a currency, and a value in its smallest unit."
    )
    amount_authorized = fields.HashField(
        help_text="What the payer's bank has approved: a currency, and a value in its smallest"
        " unit."
    )
    amount_canceled = fields.HashField(
        help_text="What was called off: a currency, and a value in its smallest unit."
    )
    amount_failed = fields.HashField(
        help_text="What could not be collected: a currency, and a value in its smallest unit."
    )
    amount_guaranteed = fields.HashField(
        help_text="What is sure to be paid: a currency, and a value in its smallest unit."
    )
    amount_refunded = fields.HashField(
        help_text="What was given back: a currency, and a value in its smallest unit."
    )
    amount_requested = fields.HashField(
        help_text="What the customer was asked for: a currency, and a value in its smallest unit."
    )
    application = fields.Reference(
        "Application",
        related_name="payment_records",
        help_text="The Connect application that made the record.",
    )
    customer_details = fields.HashField(
        help_text="Who paid: the customer's id, name, e-mail and telephone number."
    )
    customer_presence = fields.EnumField(
        choices=CustomerPresence,
        help_text="Whether the customer was there when the payment was made.",
    )
    description = fields.StringField(help_text="The merchant's own note on the payment.")
    latest_payment_attempt_record = fields.Reference(
        "PaymentAttemptRecord",
        related_name="latest_attempt_payment_records",
        help_text="The last attempt at this payment.",
    )
    payment_method_details = fields.HashField(
        help_text="What was paid with, under the name of its type."
    )
    processor_details = fields.HashField(
        help_text="Who processed the payment, and the number it has there."
    )
    reported_by = fields.EnumField(
        choices=ReportedBy, help_text="Who reported the payment: Stripe, or the merchant."
    )
    shipping_details = fields.HashField(help_text="Where the goods were sent, and to whom.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the record was made.")
