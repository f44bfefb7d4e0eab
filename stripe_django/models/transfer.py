from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money
from .resource import Resource


class Transfer(StripeModel):
    """Money moved to a connected account or, until 2017, paid out to a bank account or card."""

    stripe = Resource(
        "transfer", area=Area.CONNECT, dashboard_path="connect/transfers", list_path="/v1/transfers"
    )

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_TRANSIT = "in_transit"
        PAID = "paid"
        CANCELED = "canceled"
        FAILED = "failed"

    class Type(models.TextChoices):
        BANK_ACCOUNT = "bank_account"
        CARD = "card"
        STRIPE_ACCOUNT = "stripe_account"

    amount = fields.AmountField(help_text="What is moved.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this transfer.")
    date = fields.TimestampField(
        source=("date", "arrival_date"),
        retired=True,
        help_text="When the money arrives at the bank.",
    )
    reversals = fields.HashField(
        owned=True,
        help_text="What was taken back, as last seen; each reversal has a row of its own.",
    )
    reversed = fields.FlagField(
        help_text="True once all of it was taken back; a part is not enough."
    )
    status = fields.EnumField(
        choices=Status,
        retired=True,
        help_text="How far the money has come, in payloads of old API versions.",
    )
    type = fields.EnumField(
        choices=Type,
        retired=True,
        help_text="Where the money goes, in payloads of old API versions.",
    )
    amount_reversed = fields.AmountField(help_text="What was taken back so far.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="transfers",
        help_text="What the transfer took from the balance it came from.",
    )
    description = fields.TextField(help_text="The merchant's own note on the transfer.")
    failure_code = fields.CodeField(retired=True, help_text="Machine-readable reason of a failure.")
    failure_message = fields.TextField(retired=True, help_text="Reason of a failure, for readers.")
    application_fee = fields.Reference(
        "ApplicationFee",
        related_name="transfers",
        retired=True,
        help_text="What the platform earned from the transfer, in payloads of old API versions.",
    )
    destination = fields.CodeField(
        source=("destination", "destination.id"),
        help_text="Id of the account, bank account or card that gets the money.",
    )
    destination_payment = fields.CodeField(
        source=("destination_payment", "destination_payment.id"),
        lives_in="destination",
        help_text="Id of the payment that the receiving account sees.",
    )
    source_transaction = fields.CodeField(
        source=("source_transaction", "source_transaction.id"),
        help_text="Id of the charge that the money comes from, if it depends on one.",
    )
    statement_descriptor = fields.StringField(
        retired=True,
        source=("statement_descriptor", "statement_description"),
        help_text="What the receiver reads about it on the bank statement.",
    )
    source_type = fields.CodeField(
        help_text="Kind of balance that the money comes from, such as card or bank_account."
    )
    transfer_group = fields.StringField(
        help_text="Label shared by the charges and transfers that belong together."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transfer was made.")

    def __str__(self) -> str:
        return joined(money(self), self.description) or self.stripe_id
