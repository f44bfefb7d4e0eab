from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryReceivedCredit(StripeModel):
    """Money that another person or company sent to a financial account."""

    stripe = Resource(
        "treasury.received_credit",
        list_path="/v1/treasury/received_credits",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class FailureCode(models.TextChoices):
        ACCOUNT_CLOSED = "account_closed"
        ACCOUNT_FROZEN = "account_frozen"
        INTERNATIONAL_TRANSACTION = "international_transaction"
        OTHER = "other"

    class Network(models.TextChoices):
        ACH = "ach"
        CARD = "card"
        RTP = "rtp"
        STRIPE = "stripe"
        US_DOMESTIC_WIRE = "us_domestic_wire"

    class Status(models.TextChoices):
        FAILED = "failed"
        SUCCEEDED = "succeeded"

    amount = fields.AmountField(help_text="What was sent.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this credit.")
    description = fields.StringField(help_text="A note on where the money comes from.")
    failure_code = fields.EnumField(
        choices=FailureCode, help_text="Why the money was turned away, if it was."
    )
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="received_credits",
        help_text="The financial account that the money was sent to.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    initiating_payment_method_details = fields.HashField(
        help_text="Who sent the money, and from what type of account."
    )
    linked_flows = fields.HashField(
        owned=False,
        help_text="What it belongs with at Stripe, such as a payout or its own reversal.",
    )
    network = fields.EnumField(choices=Network, help_text="The network that the money came over.")
    reversal_details = fields.HashField(
        help_text="Until when it can be sent back, or why it cannot."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the money was taken in or turned away."
    )
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="received_credits",
        help_text="What the credit did to the balance of the financial account.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the credit was made.")
