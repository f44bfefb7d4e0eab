from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementReceivedCredit(StripeModel):
    """Money that was sent into a financial account."""

    stripe = Resource(
        "v2.money_management.received_credit", list_path="/v2/money_management/received_credits"
    )

    class Status(models.TextChoices):
        FAILED = "failed"
        PENDING = "pending"
        RETURNED = "returned"
        SUCCEEDED = "succeeded"

    class Type(models.TextChoices):
        BALANCE_TRANSFER = "balance_transfer"
        BANK_TRANSFER = "bank_transfer"

    amount = fields.HashField(
        help_text="What reached the balance, in the smallest unit of its currency."
    )
    amount_received = fields.HashField(
        help_text="What the sender's side delivered, fees and exchange apart, in the smallest unit "
        "of its currency."
    )
    balance_transfer = fields.HashField(
        help_text="Which payout, payment or transfer within Stripe it came from."
    )
    bank_transfer = fields.HashField(
        help_text="Which bank account and network it came from, and to which address."
    )
    description = fields.StringField(help_text="Free text from the sender.")
    financial_account = fields.Reference(
        "V2MoneyManagementFinancialAccount",
        related_name="received_credits",
        help_text="The financial account that the money arrived in.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the credit has come.")
    status_details = fields.HashField(
        help_text="Why the money was refused or went back, under the status as key."
    )
    status_transitions = fields.HashField(help_text="When the credit reached each status.")
    type = fields.EnumField(
        choices=Type, help_text="Whether the money came from within Stripe or from a bank."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the credit was made."
    )
