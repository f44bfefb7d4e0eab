from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryOutboundTransfer(StripeModel):
    """Money sent from a financial account to another account of the same owner."""

    stripe = Resource(
        "treasury.outbound_transfer",
        list_path="/v1/treasury/outbound_transfers",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        FAILED = "failed"
        POSTED = "posted"
        PROCESSING = "processing"
        RETURNED = "returned"

    amount = fields.AmountField(help_text="What is sent.")
    cancelable = fields.FlagField(help_text="Whether it can still be cancelled.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this transfer.")
    description = fields.StringField(help_text="The merchant's own note on the transfer.")
    destination_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="treasury_outbound_transfers",
        help_text="The owner's account that the money is sent to, as a payment method.",
    )
    destination_payment_method_details = fields.HashField(
        help_text="That account and its holder, as they were on that day."
    )
    expected_arrival_date = fields.TimestampField(help_text="When the money should arrive.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="outbound_transfers",
        help_text="The financial account that the money comes from.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    returned_details = fields.HashField(
        help_text="Why the money came back, and the transaction that brought it."
    )
    statement_descriptor = fields.StringField(
        help_text="What the receiving account's bank statement says about it."
    )
    status = fields.EnumField(choices=Status, help_text="How far the money has come.")
    status_transitions = fields.HashField(
        help_text="When it was posted, returned, cancelled or failed."
    )
    tracking_details = fields.HashField(
        help_text="Numbers by which the banks can trace the transfer."
    )
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="outbound_transfers",
        help_text="What the transfer did to the balance of the financial account.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transfer was made.")
