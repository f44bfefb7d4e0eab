from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementOutboundPayment(StripeModel):
    """Money sent from a financial account to a recipient's bank account or card."""

    stripe = Resource(
        "v2.money_management.outbound_payment", list_path="/v2/money_management/outbound_payments"
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        FAILED = "failed"
        POSTED = "posted"
        PROCESSING = "processing"
        RETURNED = "returned"

    amount = fields.HashField(help_text="What is sent, in the smallest unit of its currency.")
    cancelable = fields.FlagField(help_text="Whether the payment can still be stopped.")
    description = fields.StringField(help_text="The merchant's own note on the payment.")
    expected_arrival_date = fields.TimestampField(
        unit=fields.Unit.TEXT, help_text="When the money should arrive; unset if it will not."
    )
    origin = fields.HashField(
        source="from", help_text="The financial account that is debited, and with how much."
    )
    payout_intent = fields.Reference(
        "V2MoneyManagementPayoutIntent",
        related_name="outbound_payments",
        help_text="The payout intent that led to the payment, if any.",
    )
    recipient_notification = fields.HashField(
        help_text="Whether Stripe notifies the recipient of the payment."
    )
    recipient_verification = fields.Reference(
        "V2MoneyManagementRecipientVerification",
        related_name="outbound_payments",
        help_text="The check of the recipient's name that was made for the payment.",
    )
    statement_descriptor = fields.StringField(
        help_text="What the recipient sees on the bank statement."
    )
    status = fields.EnumField(choices=Status, help_text="How far the payment has come.")
    status_details = fields.HashField(
        help_text="Why the payment failed, came back or takes time, under the status as key."
    )
    status_transitions = fields.HashField(help_text="When the payment reached each status.")
    to = fields.HashField(help_text="Who is paid, on which payout method, and how much arrives.")
    tracking_details = fields.HashField(
        help_text="Reference with which the recipient's bank can find the payment."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the payment was made."
    )
