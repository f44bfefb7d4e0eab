from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class FinancialConnectionsTransaction(StripeModel):
    """One movement of money in a linked bank account."""

    stripe = Resource(
        "financial_connections.transaction",
        list_path="/v1/financial_connections/transactions",
        list_parent="account",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        PENDING = "pending"
        POSTED = "posted"
        VOID = "void"

    account = fields.Reference(
        "FinancialConnectionsAccount",
        related_name="transactions",
        help_text="The linked account that the money moved in.",
    )
    amount = fields.AmountField(help_text="What was moved.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    description = fields.StringField(help_text="What the bank says about it.")
    status = fields.EnumField(choices=Status, help_text="Whether it is pending, booked or void.")
    status_transitions = fields.HashField(
        help_text="When it was booked, and when it became void, in Unix seconds."
    )
    transacted_at = fields.TimestampField(help_text="When the money moved.")
    transaction_refresh = fields.CodeField(
        help_text="Id of the reading that last brought or changed it."
    )
    updated = fields.TimestampField(help_text="When it last changed at Stripe.")
