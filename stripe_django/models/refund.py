from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money, words
from .resource import Resource


class Refund(StripeModel):
    """Money that was charged and goes back to where it came from, in full or in part."""

    stripe = Resource(
        "refund", area=Area.PAYMENTS, dashboard_path="refunds", list_path="/v1/refunds"
    )

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate"
        EXPIRED_UNCAPTURED_CHARGE = "expired_uncaptured_charge"
        FRAUDULENT = "fraudulent"
        REQUESTED_BY_CUSTOMER = "requested_by_customer"

    class PendingReason(models.TextChoices):
        CHARGE_PENDING = "charge_pending"
        INSUFFICIENT_FUNDS = "insufficient_funds"
        PROCESSING = "processing"

    amount = fields.AmountField(help_text="What goes back.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="refunds",
        help_text="What the refund took from the account's balance.",
    )
    charge = fields.Reference(
        "Charge",
        related_name="refunds",
        parent_lists=("refunds",),
        help_text="The charge that is refunded.",
    )
    reason = fields.EnumField(
        choices=Reason, help_text="Why the money goes back, if a reason was given."
    )
    receipt_number = fields.CodeField(
        help_text="Number printed on the e-mailed receipt of the refund."
    )
    description = fields.StringField(help_text="Free text on the refund.")
    customer = fields.Reference(
        "Customer", related_name="refunds", help_text="The customer who gets the money back."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="refunds",
        help_text="The customer, as an account of the second API version.",
    )
    destination_details = fields.HashField(
        help_text="Where the money goes back to, with references, by payment method type."
    )
    failure_balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="failed_refunds",
        help_text="What a failed refund gave back to the account's balance.",
    )
    failure_reason = fields.CodeField(help_text="Machine-readable reason of a failure.")
    instructions_email = fields.EmailField(
        help_text="Address that gets instructions for the customer, if the payment method cannot"
        " take it."
    )
    next_action = fields.HashField(
        help_text="The step that the customer must take for the refund to proceed."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="refunds",
        help_text="The payment intent whose payment is refunded.",
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="refunds",
        help_text="The payment method that the refund belongs to.",
    )
    pending_reason = fields.EnumField(
        choices=PendingReason, help_text="Why the refund is still waiting."
    )
    presentment_details = fields.HashField(
        help_text="Amount and currency as the customer sees them, where these differ."
    )
    source_transfer_reversal = fields.Reference(
        "TransferReversal",
        related_name="destination_payment_refunds",
        lives_in=fields.ELSEWHERE,
        help_text="The transfer reversal behind the refund, if the charge came from another Stripe"
        " account.",
    )
    status = fields.CodeField(
        help_text="How far the refund has come: pending, requires_action, succeeded, failed or"
        " canceled."
    )
    transfer_reversal = fields.Reference(
        "TransferReversal",
        related_name="refunds",
        help_text="What took the money back from the destination account, if its transfer was"
        " reversed too.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the refund was made.")

    def __str__(self) -> str:
        return joined(money(self), words(self.reason)) or self.stripe_id
