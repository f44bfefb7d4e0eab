from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import money
from .resource import Resource


class InvoicePayment(StripeModel):
    """One payment towards an invoice, and how much of the invoice it covers."""

    stripe = Resource("invoice_payment", area=Area.BILLING, list_path="/v1/invoice_payments")

    class Status(models.TextChoices):
        CANCELED = "canceled"
        OPEN = "open"
        PAID = "paid"

    amount_paid = fields.AmountField(help_text="What was really paid; unset until then.")
    amount_requested = fields.AmountField(help_text="What it is meant to pay of the invoice.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this payment.")
    invoice = fields.Reference(
        "Invoice",
        related_name="payments",
        parent_lists=("payments",),
        help_text="The invoice that is paid.",
    )
    is_default = fields.FlagField(
        help_text="Whether Stripe made the payment itself and keeps it in step with what is owed."
    )
    payment = fields.HashField(
        help_text="The payment intent, charge or payment record behind it, under the key that the"
        " type names."
    )
    charge = fields.Reference(
        "Charge",
        related_name="invoice_payments",
        source=("payment.charge", "charge"),
        help_text="The charge that pays, where there is no intent.",
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="invoice_payments",
        source=("payment.payment_intent", "payment_intent"),
        help_text="The payment intent that pays.",
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether it is still open, has been paid, or was cancelled."
    )
    status_transitions = fields.HashField(
        help_text="When it was paid or cancelled, in Unix seconds."
    )
    created = fields.TimestampField(db_index=True, help_text="When the payment was made.")

    def __str__(self) -> str:
        return money(self, "amount_paid") or money(self, "amount_requested") or self.stripe_id
