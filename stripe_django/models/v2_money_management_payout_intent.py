from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementPayoutIntent(StripeModel):
    """The plan to send money from a financial account, through to its arrival."""

    stripe = Resource(
        "v2.money_management.payout_intent",
        list_path="/v2/money_management/payout_intents",
        list_has_created_filter=False,
    )

    class ConfirmationMethod(models.TextChoices):
        AUTOMATIC = "automatic"
        MANUAL = "manual"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        PENDING = "pending"
        POSTED = "posted"
        PROCESSING = "processing"
        REQUIRES_ACTION = "requires_action"

    amount = fields.HashField(help_text="What is to be sent, in the smallest unit of its currency.")
    confirmation_method = fields.EnumField(
        choices=ConfirmationMethod,
        help_text="Whether the payout has to be confirmed before it goes ahead.",
    )
    description = fields.StringField(help_text="The merchant's own note on the payout.")
    estimated_fees = fields.HashField(
        help_text="The fees that Stripe expects, each with its type and tax."
    )
    origin = fields.HashField(
        source="from", help_text="The financial account that is debited, and with about how much."
    )
    fx_quote = fields.HashField(
        help_text="Exchange rates for the payout, and until when they are held."
    )
    latest_payout = fields.HashField(
        help_text="Id of the newest payment or transfer that was made for it."
    )
    next_action = fields.HashField(
        help_text="What the merchant has to do, while the status requires it."
    )
    recipient_notification = fields.HashField(
        help_text="Whether Stripe notifies the recipient of the payment."
    )
    recipient_verification = fields.HashField(
        help_text="How well the recipient's name fits the bank account."
    )
    schedule_options = fields.HashField(
        help_text="The day on which to send the money, if not at once."
    )
    statement_descriptor = fields.StringField(
        help_text="What the recipient sees on the bank statement."
    )
    status = fields.EnumField(choices=Status, help_text="How far the payout has come.")
    status_transitions = fields.HashField(help_text="When the payout reached each status.")
    to = fields.HashField(
        help_text="Who is to be paid, on which payout method, and about how much arrives."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the payout intent was made."
    )
