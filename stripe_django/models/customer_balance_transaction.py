from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CustomerBalanceTransaction(StripeModel):
    """A change of the balance that a customer's next invoice adds or takes off."""

    stripe = Resource(
        "customer_balance_transaction",
        area=Area.CUSTOMERS,
        list_path="/v1/customers/{customer_id}/balance_transactions",
        list_parent="customer",
    )

    class Type(models.TextChoices):
        ADJUSTMENT = "adjustment"
        APPLIED_TO_INVOICE = "applied_to_invoice"
        CHECKOUT_SESSION_SUBSCRIPTION_PAYMENT = "checkout_session_subscription_payment"
        CHECKOUT_SESSION_SUBSCRIPTION_PAYMENT_CANCELED = (
            "checkout_session_subscription_payment_canceled"
        )
        CREDIT_NOTE = "credit_note"
        INITIAL = "initial"
        INVOICE_OVERPAID = "invoice_overpaid"
        INVOICE_TOO_LARGE = "invoice_too_large"
        INVOICE_TOO_SMALL = "invoice_too_small"
        MIGRATION = "migration"
        UNAPPLIED_FROM_INVOICE = "unapplied_from_invoice"
        UNSPENT_RECEIVER_CREDIT = "unspent_receiver_credit"

    amount = fields.AmountField(
        help_text="Change of the balance; negative is to the customer's credit."
    )
    checkout_session = fields.Reference(
        "CheckoutSession",
        related_name="customer_balance_transactions",
        help_text="The checkout that caused the change, if any.",
    )
    credit_note = fields.Reference(
        "CreditNote",
        related_name="customer_balance_transactions",
        help_text="The credit note that the change belongs to, if any.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this transaction.")
    customer = fields.Reference(
        "Customer",
        related_name="balance_transactions",
        help_text="The customer whose balance changed.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="customer_balance_transactions",
        help_text="The customer, as an account of the second API version.",
    )
    description = fields.StringField(help_text="The merchant's own note on the change.")
    ending_balance = fields.AmountField(help_text="Balance afterwards; negative for credit.")
    invoice = fields.Reference(
        "Invoice",
        related_name="customer_balance_transactions",
        help_text="The invoice that the change belongs to, if any.",
    )
    type = fields.EnumField(choices=Type, help_text="What caused the change.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")
