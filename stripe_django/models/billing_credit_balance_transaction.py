from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingCreditBalanceTransaction(StripeModel):
    """One movement of a credit grant: credit that was given, used, lapsed or returned."""

    stripe = Resource(
        "billing.credit_balance_transaction",
        list_path="/v1/billing/credit_balance_transactions",
        list_has_created_filter=False,
    )

    class Type(models.TextChoices):
        CREDIT = "credit"
        DEBIT = "debit"

    credit = fields.HashField(
        help_text="Where credit came in: the amount, in the smallest unit of its currency, and why."
    )
    credit_grant = fields.Reference(
        "BillingCreditGrant",
        related_name="balance_transactions",
        help_text="The grant whose credit moved.",
    )
    debit = fields.HashField(
        help_text="Where credit went out: the amount, in the smallest unit of its currency, and"
        " why."
    )
    effective_at = fields.TimestampField(help_text="When the movement takes effect.")
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="credit_balance_transactions",
        help_text="The simulated clock that the movement follows, in test mode.",
    )
    type = fields.EnumField(choices=Type, help_text="Whether credit came in or went out.")
    created = fields.TimestampField(db_index=True, help_text="When the movement was made.")
