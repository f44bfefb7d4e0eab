from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money
from .resource import Resource


class Payout(StripeModel):
    """Money sent from the balance at Stripe to a bank account or a debit card."""

    stripe = Resource(
        "payout", area=Area.BALANCES, dashboard_path="payouts", list_path="/v1/payouts"
    )

    class ReconciliationStatus(models.TextChoices):
        COMPLETED = "completed"
        IN_PROGRESS = "in_progress"
        NOT_APPLICABLE = "not_applicable"

    class Type(models.TextChoices):
        BANK_ACCOUNT = "bank_account"
        CARD = "card"

    amount = fields.AmountField(help_text="What is paid out.")
    application_fee = fields.Reference(
        "ApplicationFee",
        related_name="payouts",
        help_text="What the platform earned from this payout.",
    )
    application_fee_amount = fields.AmountField(help_text="What the platform asked for as its fee.")
    arrival_date = fields.TimestampField(
        help_text="When the money should be at the bank, weekends and holidays allowed for."
    )
    automatic = fields.FlagField(
        help_text="True for a payout by the account's schedule, false for one that was asked for."
    )
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="payouts",
        help_text="What this payout took from the account's balance.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this payout.")
    description = fields.StringField(help_text="The merchant's own note on the payout.")
    destination = fields.ObjectIdField(
        help_text="Id of the bank account or card that receives the money."
    )
    failure_balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="failed_payouts",
        help_text="What a failed or cancelled payout gave back to the balance.",
    )
    failure_code = fields.CodeField(help_text="Machine-readable reason of a failure.")
    failure_message = fields.StringField(help_text="Reason of a failure, for readers.")
    method = fields.CodeField(help_text="How fast it is sent: standard or instant.")
    original_payout = fields.Reference(
        "Payout",
        related_name="reversing_payouts",
        help_text="The payout that this one reverses, if any.",
    )
    payout_method = fields.ObjectIdField(
        help_text="Id of what receives the money in the second API version, such as a financial"
        " account."
    )
    reconciliation_status = fields.EnumField(
        choices=ReconciliationStatus,
        help_text="Whether the balance transactions that make up this payout can be listed yet.",
    )
    reversed_by = fields.Reference(
        "Payout",
        related_name="reversed_payouts",
        help_text="The payout that reverses this one, if any.",
    )
    source_type = fields.CodeField(
        help_text="The part of the balance that it came from, such as card or bank_account."
    )
    statement_descriptor = fields.StringField(
        help_text="What the recipient reads about it on the bank statement."
    )
    status = fields.CodeField(
        help_text="How far the payout has come; one that was paid may still fail days later."
    )
    trace_id = fields.HashField(
        help_text="Number to trace the payout by at the receiving bank, once there is one."
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether the money goes to a bank account or a card."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the payout was made.")

    def __str__(self) -> str:
        arrival = f"{self.arrival_date:%Y-%m-%d}" if self.arrival_date else ""
        return joined(money(self), arrival) or self.stripe_id
