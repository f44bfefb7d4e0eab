from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryCreditReversal(StripeModel):
    """Money that a financial account had received and sends back."""

    stripe = Resource(
        "treasury.credit_reversal",
        list_path="/v1/treasury/credit_reversals",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class Network(models.TextChoices):
        ACH = "ach"
        STRIPE = "stripe"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        POSTED = "posted"
        PROCESSING = "processing"

    amount = fields.AmountField(help_text="What is sent back.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this reversal.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="credit_reversals",
        help_text="The financial account that the money leaves again.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    network = fields.EnumField(
        choices=Network, help_text="The network that the money goes back over."
    )
    received_credit = fields.Reference(
        "TreasuryReceivedCredit",
        related_name="credit_reversals",
        help_text="The incoming payment that is sent back.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the reversal has come.")
    status_transitions = fields.HashField(help_text="When it was posted.")
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="credit_reversals",
        help_text="What the reversal did to the balance of the financial account.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the reversal was made.")
