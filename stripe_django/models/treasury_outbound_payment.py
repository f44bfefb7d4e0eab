from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryOutboundPayment(StripeModel):
    """Money sent from a financial account to another person or company."""

    stripe = Resource(
        "treasury.outbound_payment",
        list_path="/v1/treasury/outbound_payments",
        list_parent="financial_account",
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        FAILED = "failed"
        POSTED = "posted"
        PROCESSING = "processing"
        RETURNED = "returned"

    amount = fields.AmountField(help_text="What is sent.")
    cancelable = fields.FlagField(help_text="Whether it can still be cancelled.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this payment.")
    customer = fields.Reference(
        "Customer",
        related_name="treasury_outbound_payments",
        help_text="The customer whom the money is sent to.",
    )
    description = fields.StringField(help_text="The merchant's own note on the payment.")
    destination_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="treasury_outbound_payments",
        help_text="Where the money is sent, if that is a payment method on record.",
    )
    destination_payment_method_details = fields.HashField(
        help_text="Where the money is sent and who gets it, as it was on that day."
    )
    end_user_details = fields.HashField(
        help_text="Whether a user of the platform asked for it, and from which IP address."
    )
    expected_arrival_date = fields.TimestampField(help_text="When the money should arrive.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="outbound_payments",
        help_text="The financial account that the money comes from.",
    )
    hosted_regulatory_receipt_url = fields.URLField(
        help_text="Page of the receipt that the law requires, where it does."
    )
    returned_details = fields.HashField(
        help_text="Why the money came back, and the transaction that brought it."
    )
    statement_descriptor = fields.StringField(
        help_text="What the receiver reads about it on the bank statement."
    )
    status = fields.EnumField(choices=Status, help_text="How far the money has come.")
    status_transitions = fields.HashField(
        help_text="When it was posted, returned, cancelled or failed."
    )
    tracking_details = fields.HashField(
        help_text="Numbers by which the banks can trace the payment."
    )
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="outbound_payments",
        help_text="What the payment did to the balance of the financial account.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the payment was made.")
