from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ReserveRelease(StripeModel):
    """Money that was held back and is given free again."""

    stripe = Resource("reserve.release")

    class CreatedBy(models.TextChoices):
        APPLICATION = "application"
        STRIPE = "stripe"

    class Destination(models.TextChoices):
        OTHER = "other"
        PAYMENTS = "payments"

    class Reason(models.TextChoices):
        HOLD_EXPIRED = "hold_expired"
        HOLD_RELEASED_EARLY = "hold_released_early"
        HOLD_REVERSED = "hold_reversed"
        PLAN_DISABLED = "plan_disabled"

    amount = fields.AmountField(help_text="What is released.")
    created_by = fields.EnumField(
        choices=CreatedBy, help_text="Who made the release: Stripe or the platform's application."
    )
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    destination = fields.EnumField(
        choices=Destination, help_text="Which balance the money goes back to."
    )
    reason = fields.EnumField(choices=Reason, help_text="Why the money is released.")
    released_at = fields.TimestampField(help_text="When the money was released.")
    reserve_hold = fields.Reference(
        "ReserveHold", related_name="releases", help_text="The hold that the money was in."
    )
    reserve_plan = fields.Reference(
        "ReservePlan",
        related_name="releases",
        help_text="The plan that was switched off or whose hold ran out, if that is why.",
    )
    source_transaction = fields.HashField(
        help_text="The dispute or the refund that the money was released for, if any."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the release was made.")
