from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money, words
from .querysets.balance_transaction import BalanceTransactionManager
from .resource import Resource


class BalanceTransaction(StripeModel):
    """One entry in the books of an account: money that came into its balance or left it."""

    stripe = Resource(
        "balance_transaction", area=Area.BALANCES, list_path="/v1/balance_transactions"
    )

    class Status(models.TextChoices):
        AVAILABLE = "available"
        PENDING = "pending"

    class BalanceType(models.TextChoices):
        ISSUING = "issuing"
        PAYMENTS = "payments"
        REFUND_AND_DISPUTE_PREFUNDING = "refund_and_dispute_prefunding"
        RISK_RESERVED = "risk_reserved"

    amount = fields.AmountField(help_text="Gross amount; negative if money left.")
    available_on = fields.TimestampField(help_text="When the net amount is there to be paid out.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this entry.")
    fee = fields.AmountField(help_text="All fees of this entry together.")
    fee_details = fields.HashField(
        help_text="The fees one by one: who took what for which service."
    )
    net = fields.AmountField(help_text="The amount less its fees.")
    status = fields.EnumField(choices=Status, help_text="Whether the money is available yet.")
    type = fields.CodeField(help_text="Kind of the entry, such as charge, refund or payout.")
    description = fields.StringField(help_text="Free text on the entry.")
    source = fields.HashField(help_text="What caused the entry: its id, or the object itself.")
    sourced_transfers = fields.HashField(
        retired=True,
        help_text="Transfers made from this very money, in payloads of old API versions.",
    )
    balance_type = fields.EnumField(
        choices=BalanceType,
        help_text="Which of the account's balances the money came into or left.",
    )
    exchange_rate = fields.DecimalField(
        help_text="What the source's amount was multiplied by to convert it into this currency."
    )
    payout = fields.Reference(
        "Payout",
        related_name="balance_transactions",
        implicit=True,
        help_text="The payout that the money left with; set by reconciling the payout.",
    )
    reporting_category = fields.CodeField(
        help_text="Stripe's heading for the entry in financial reports, such as charge or fee."
    )
    created = fields.TimestampField(db_index=True, help_text="When the entry was made.")

    class Meta(StripeModel.Meta):
        indexes = [
            models.Index(fields=["type", "created"], name="stripe_balance_type"),
        ]

    objects = BalanceTransactionManager()  # type: ignore[misc]

    def __str__(self) -> str:
        return joined(money(self), words(self.type)) or self.stripe_id
