from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryReceivedDebit(StripeModel):
    """Money that another person or company debited from a financial account."""

    stripe = Resource(
        "treasury.received_debit",
        list_path="/v1/treasury/received_debits",
        list_parent="financial_account",
        list_has_created_filter=False,
    )

    class FailureCode(models.TextChoices):
        ACCOUNT_CLOSED = "account_closed"
        ACCOUNT_FROZEN = "account_frozen"
        INSUFFICIENT_FUNDS = "insufficient_funds"
        INTERNATIONAL_TRANSACTION = "international_transaction"
        OTHER = "other"

    class Network(models.TextChoices):
        ACH = "ach"
        CARD = "card"
        STRIPE = "stripe"

    class Status(models.TextChoices):
        FAILED = "failed"
        SUCCEEDED = "succeeded"

    amount = fields.AmountField(help_text="What was pulled.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    description = fields.StringField(help_text="Free text on the debit.")
    failure_code = fields.EnumField(
        choices=FailureCode, help_text="Why the debit was declined; unset if it went through."
    )
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="received_debits",
        help_text="The financial account that the money left.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Stripe's receipt page, where its licences as a money transmitter call for one."
    )
    initiating_payment_method_details = fields.HashField(
        help_text="Who pulled the money, and through what: a bank account, a card and so on."
    )
    linked_flows = fields.HashField(
        help_text="Ids of other objects behind this debit or following from it, such as its "
        "reversal."
    )
    network = fields.EnumField(choices=Network, help_text="The rails that the debit came over.")
    reversal_details = fields.HashField(
        help_text="Until when the debit can be reversed, or why it cannot."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the debit was approved or declined."
    )
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="received_debits",
        help_text="What the debit did to the financial account's balance.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the debit was made.")
