from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel


class Refund(StripeModel):
    """Money that was charged and goes back to where it came from, in full or in part."""

    OBJECT_NAME = "refund"
    LIST_PATH = "/v1/refunds"

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate"
        EXPIRED_UNCAPTURED_CHARGE = "expired_uncaptured_charge"
        FRAUDULENT = "fraudulent"
        REQUESTED_BY_CUSTOMER = "requested_by_customer"

    amount = fields.AmountField(help_text="What goes back, in the smallest unit of the currency.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="refunds",
        help_text="What the refund took from the account's balance.",
    )
    charge = fields.Reference(
        "Charge",
        related_name="refunds",
        member_of=("refunds",),
        help_text="The charge that is refunded.",
    )
    reason = fields.EnumField(choices=Reason, help_text="Why the money goes back, if it was said.")
    receipt_number = fields.CodeField(
        help_text="Number printed on the e-mailed receipt of the refund."
    )
    description = fields.StringField(help_text="Free text on the refund.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the refund was made (UTC).")
