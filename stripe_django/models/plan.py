from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel


class Plan(StripeModel):
    """A recurring price: so much money, every so often."""

    OBJECT_NAME = "plan"
    ID_PREFIXES = ("plan_", "price_")
    LIST_PATH = "/v1/plans"

    class Interval(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        YEAR = "year"

    amount = fields.PositiveAmountField(
        help_text="Price of one unit for one period, in the smallest unit of the currency; unset"
        " for tiers and fractions."
    )
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    interval = fields.EnumField(choices=Interval, help_text="Unit that the period is counted in.")
    interval_count = fields.CountField(
        help_text="How many of these units make one period: 3 months for a quarter."
    )
    name = fields.StringField(
        source=("name", "nickname"), help_text="What the merchant calls the plan."
    )
    trial_period_days = fields.CountField(help_text="Days that are free before the first payment.")
    statement_descriptor = fields.StringField(
        help_text="What the customer reads about it on the card's statement."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the plan was made (UTC).")

    def __str__(self) -> str:
        return self.name or self.stripe_id
