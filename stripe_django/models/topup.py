from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money
from .resource import Resource


class Topup(StripeModel):
    """Money brought into the account's balance from the merchant's own bank."""

    stripe = Resource("topup", area=Area.BALANCES, dashboard_path="topups", list_path="/v1/topups")

    class InitiatedBy(models.TextChoices):
        STRIPE = "stripe"
        USER = "user"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        FAILED = "failed"
        PENDING = "pending"
        REVERSED = "reversed"
        SUCCEEDED = "succeeded"

    amount = fields.AmountField(help_text="What is brought in.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="topups",
        help_text="What the top-up did to the account's balance, if it has got that far.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this top-up.")
    description = fields.StringField(help_text="The merchant's own note on the top-up.")
    expected_availability_date = fields.TimestampField(
        source=("expected_availability_date", "arrival_date"),
        help_text="When the money should be ready for use.",
    )
    failure_code = fields.CodeField(help_text="Machine-readable reason of a failure.")
    failure_message = fields.StringField(help_text="Reason of a failure, for readers.")
    initiated_by = fields.EnumField(
        choices=InitiatedBy, help_text="Whether Stripe or the merchant set it off."
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="topups",
        help_text="The bank account that the money comes from, as a payment method.",
    )
    payment_method_options = fields.HashField(
        help_text="Settings of the payment, by payment method type."
    )
    source = fields.Reference(
        "Source",
        related_name="topups",
        owned=False,
        help_text="The source that the money comes from; newer payloads may lack it.",
    )
    statement_descriptor = fields.StringField(
        help_text="What the bank statement says about the top-up."
    )
    status = fields.EnumField(choices=Status, help_text="How far the money has come.")
    transfer_group = fields.StringField(
        help_text="Label shared by the top-up and the transfers that belong with it."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the top-up was made.")

    def __str__(self) -> str:
        return joined(money(self), self.description) or self.stripe_id
