from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryInboundTransfer(StripeModel):
    """Money drawn into a financial account from its owner's bank account."""

    stripe = Resource(
        "treasury.inbound_transfer",
        list_path="/v1/treasury/inbound_transfers",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        FAILED = "failed"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"

    amount = fields.AmountField(help_text="What is drawn in.")
    cancelable = fields.FlagField(help_text="Whether it can still be cancelled.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this transfer.")
    description = fields.StringField(help_text="The merchant's own note on the transfer.")
    failure_details = fields.HashField(help_text="Why the transfer failed or was returned.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="inbound_transfers",
        help_text="The financial account that gets the money.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    linked_flows = fields.HashField(
        help_text="Which withdrawal took the money back, if it was returned."
    )
    origin_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="treasury_inbound_transfers",
        help_text="The bank account that the money is drawn from, as a payment method.",
    )
    origin_payment_method_details = fields.HashField(
        help_text="That bank account and its holder, as they were on that day."
    )
    returned = fields.FlagField(
        help_text="True once the money went back after the transfer had succeeded."
    )
    statement_descriptor = fields.StringField(
        help_text="What the payer's bank statement says, if the network passes it on."
    )
    status = fields.EnumField(choices=Status, help_text="How far the money has come.")
    status_transitions = fields.HashField(help_text="When it succeeded, failed or was cancelled.")
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="inbound_transfers",
        help_text="What the transfer did to the balance of the financial account.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transfer was made.")
