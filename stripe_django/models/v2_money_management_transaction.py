from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementTransaction(StripeModel):
    """One change to the balance of a financial account of the second API version."""

    stripe = Resource(
        "v2.money_management.transaction", list_path="/v2/money_management/transactions"
    )

    class Category(models.TextChoices):
        ADJUSTMENT = "adjustment"
        CURRENCY_CONVERSION = "currency_conversion"
        INBOUND_TRANSFER = "inbound_transfer"
        INBOUND_TRANSFER_REVERSAL = "inbound_transfer_reversal"
        OUTBOUND_PAYMENT = "outbound_payment"
        OUTBOUND_PAYMENT_REVERSAL = "outbound_payment_reversal"
        OUTBOUND_TRANSFER = "outbound_transfer"
        OUTBOUND_TRANSFER_REVERSAL = "outbound_transfer_reversal"
        RECEIVED_CREDIT = "received_credit"
        RECEIVED_CREDIT_REVERSAL = "received_credit_reversal"
        RECEIVED_DEBIT = "received_debit"
        RECEIVED_DEBIT_REVERSAL = "received_debit_reversal"
        STRIPE_FEE = "stripe_fee"
        STRIPE_FEE_TAX = "stripe_fee_tax"

    class Status(models.TextChoices):
        PENDING = "pending"
        POSTED = "posted"
        VOID = "void"

    amount = fields.HashField(help_text="What was moved, in the smallest unit of its currency.")
    balance_impact = fields.HashField(
        help_text="By how much each part of the balance has changed so far, in the smallest unit."
    )
    category = fields.EnumField(choices=Category, help_text="The type of movement.")
    counterparty = fields.HashField(help_text="Name of the other side.")
    description = fields.StringField(
        help_text="Free text, taken over from the movement behind it and open to changes."
    )
    financial_account = fields.Reference(
        "V2MoneyManagementFinancialAccount",
        related_name="transactions",
        help_text="The financial account whose balance changed.",
    )
    flow = fields.HashField(
        help_text="Id of the movement behind it, under the key that its type names."
    )
    regulatory_receipt = fields.HashField(
        help_text="Stripe's receipt page, where its licences as a money transmitter call for one."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the transaction is still pending, final or void."
    )
    status_transitions = fields.HashField(help_text="When the transaction became final or void.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the transaction was made."
    )
