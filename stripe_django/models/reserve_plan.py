from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ReservePlan(StripeModel):
    """A standing rule that holds back a share of each of a merchant's charges."""

    stripe = Resource("reserve.plan")

    class CreatedBy(models.TextChoices):
        APPLICATION = "application"
        STRIPE = "stripe"

    class Destination(models.TextChoices):
        OTHER = "other"
        RISK_RESERVED = "risk_reserved"
        SETTLEMENT_RESERVED = "settlement_reserved"

    class Status(models.TextChoices):
        ACTIVE = "active"
        DISABLED = "disabled"
        EXPIRED = "expired"
        OTHER = "other"

    class Type(models.TextChoices):
        FIXED_RELEASE = "fixed_release"
        MANUAL_RELEASE = "manual_release"
        OTHER = "other"
        ROLLING_RELEASE = "rolling_release"

    created_by = fields.EnumField(
        choices=CreatedBy, help_text="Who made the plan: Stripe or the platform's application."
    )
    currency = fields.CurrencyField(
        help_text="Currency of the charges that the plan covers; unset if it covers all."
    )
    destination = fields.EnumField(
        choices=Destination, help_text="Which reserved part of the balance the money is put in."
    )
    disabled_at = fields.TimestampField(
        help_text="When the plan was switched off; unset if it was not."
    )
    fixed_release = fields.HashField(
        help_text="The day on which all the money is released, in a plan of that type."
    )
    manual_release = fields.HashField(
        help_text="Present in a plan whose money is held until a manual release; has no keys."
    )
    percent = fields.IntegerField(help_text="Share of each charge that is held back, in per cent.")
    rolling_release = fields.HashField(
        help_text="For how many days each charge's money is held, and when the plan ends."
    )
    status = fields.EnumField(
        choices=Status,
        help_text="How the plan stands; charges are held back only while it is active.",
    )
    type = fields.EnumField(
        choices=Type,
        help_text="How the money is released in the end: on one day, after some days or manually.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the plan was made.")
