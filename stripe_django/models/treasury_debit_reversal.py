from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryDebitReversal(StripeModel):
    """Money that was taken from a financial account and is claimed back."""

    stripe = Resource(
        "treasury.debit_reversal",
        list_path="/v1/treasury/debit_reversals",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class Network(models.TextChoices):
        ACH = "ach"
        CARD = "card"

    class Status(models.TextChoices):
        FAILED = "failed"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"

    amount = fields.AmountField(help_text="What is claimed back.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this reversal.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="debit_reversals",
        help_text="The financial account that the money had been taken from.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    linked_flows = fields.HashField(
        help_text="What it belongs with: the dispute of an issued card, if any."
    )
    network = fields.EnumField(
        choices=Network, help_text="The network that the money comes back over."
    )
    received_debit = fields.Reference(
        "TreasuryReceivedDebit",
        related_name="debit_reversals",
        help_text="The withdrawal that is claimed back.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the reversal has come.")
    status_transitions = fields.HashField(help_text="When it was completed.")
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="debit_reversals",
        help_text="What the reversal did to the balance of the financial account.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the reversal was made.")
