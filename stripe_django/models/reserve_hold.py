from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ReserveHold(StripeModel):
    """Money of a merchant that is held back for a while against losses."""

    stripe = Resource("reserve.hold")

    class CreatedBy(models.TextChoices):
        APPLICATION = "application"
        STRIPE = "stripe"

    class Destination(models.TextChoices):
        OTHER = "other"
        RISK_RESERVED = "risk_reserved"
        SETTLEMENT_RESERVED = "settlement_reserved"

    class Reason(models.TextChoices):
        CHARGE = "charge"
        STANDALONE = "standalone"

    class SourceType(models.TextChoices):
        BANK_ACCOUNT = "bank_account"
        CARD = "card"
        FPX = "fpx"

    amount = fields.AmountField(help_text="What is held.")
    amount_releasable = fields.AmountField(help_text="What of it can be released now.")
    created_by = fields.EnumField(
        choices=CreatedBy, help_text="Who made the hold: Stripe or the platform's application."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this hold.")
    destination = fields.EnumField(
        choices=Destination, help_text="Which reserved part of the balance the money is put in."
    )
    is_releasable = fields.FlagField(
        help_text="Whether any of the money can be released; false while a release is under way."
    )
    reason = fields.EnumField(
        choices=Reason, help_text="Why the money is held: for a charge, or on its own."
    )
    release_details = fields.HashField(
        help_text="What was released so far: each release and its amount."
    )
    release_schedule = fields.HashField(
        help_text="From when the money may be released, and when it is due to be."
    )
    reserve_plan = fields.Reference(
        "ReservePlan", related_name="holds", help_text="The plan that led to the hold, if any."
    )
    source_charge = fields.Reference(
        "Charge",
        related_name="reserve_holds",
        help_text="The charge whose money is held, if it is one.",
    )
    source_type = fields.EnumField(
        choices=SourceType,
        help_text="Which type of funds in the balance is held: bank account, card or FPX.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the hold was made.")
