from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryTransaction(StripeModel):
    """One change to the balance of a Treasury financial account."""

    stripe = Resource(
        "treasury.transaction",
        list_path="/v1/treasury/transactions",
        list_parent="financial_account",
    )

    class FlowType(models.TextChoices):
        CREDIT_REVERSAL = "credit_reversal"
        DEBIT_REVERSAL = "debit_reversal"
        INBOUND_TRANSFER = "inbound_transfer"
        ISSUING_AUTHORIZATION = "issuing_authorization"
        OTHER = "other"
        OUTBOUND_PAYMENT = "outbound_payment"
        OUTBOUND_TRANSFER = "outbound_transfer"
        RECEIVED_CREDIT = "received_credit"
        RECEIVED_DEBIT = "received_debit"

    class Status(models.TextChoices):
        OPEN = "open"
        POSTED = "posted"
        VOID = "void"

    amount = fields.AmountField(help_text="What was moved.")
    balance_impact = fields.HashField(
        help_text="By how much each part of the balance changed, in the smallest unit of the "
        "currency."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this transaction.")
    description = fields.StringField(help_text="Free text on the transaction.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="transactions",
        help_text="The financial account whose balance changed.",
    )
    flow = fields.ObjectIdField(
        help_text="Id of the transfer, payment, credit or debit behind the transaction."
    )
    flow_details = fields.HashField(
        owned=False,
        help_text="A copy of what is behind the transaction, under the key that its type names.",
    )
    flow_type = fields.EnumField(
        choices=FlowType, help_text="Which type of movement is behind the transaction."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the transaction is still open, final or void."
    )
    status_transitions = fields.HashField(help_text="When the transaction became final or void.")
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")
