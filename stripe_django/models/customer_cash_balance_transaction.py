from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CustomerCashBalanceTransaction(StripeModel):
    """Money into or out of what Stripe holds for a customer until it pays for something."""

    stripe = Resource(
        "customer_cash_balance_transaction",
        area=Area.CUSTOMERS,
        list_path="/v1/customers/{customer_id}/cash_balance_transactions",
        list_parent="customer",
        list_has_created_filter=False,
    )

    class Type(models.TextChoices):
        ADJUSTED_FOR_OVERDRAFT = "adjusted_for_overdraft"
        APPLIED_TO_PAYMENT = "applied_to_payment"
        FUNDED = "funded"
        FUNDING_REVERSED = "funding_reversed"
        REFUNDED_FROM_PAYMENT = "refunded_from_payment"
        RETURN_CANCELED = "return_canceled"
        RETURN_INITIATED = "return_initiated"
        TRANSFERRED_TO_BALANCE = "transferred_to_balance"
        UNAPPLIED_FROM_PAYMENT = "unapplied_from_payment"

    currency = fields.CurrencyField(help_text="Currency of the amounts of this transaction.")
    customer = fields.Reference(
        "Customer",
        related_name="cash_balance_transactions",
        help_text="The customer whose cash balance changed.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="cash_balance_transactions",
        help_text="The customer, as an account of the second API version.",
    )
    ending_balance = fields.AmountField(help_text="Cash balance in this currency afterwards.")
    net_amount = fields.AmountField(
        help_text="Change of the cash balance; negative for money taken out."
    )
    type = fields.EnumField(
        choices=Type, help_text="What moved the money, such as a bank transfer or a payment."
    )
    details = fields.VariantField(
        help_text="The details of its variant, under the key that the type names."
    )
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")
