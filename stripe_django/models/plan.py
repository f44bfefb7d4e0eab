from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import price_text
from .resource import Resource


class Plan(StripeModel):
    """A recurring price: so much money, every so often."""

    stripe = Resource(
        "plan",
        area=Area.PRODUCTS,
        dashboard_path="plans",
        id_prefixes=("plan_", "price_"),
        list_path="/v1/plans",
    )

    class Interval(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        YEAR = "year"

    class BillingScheme(models.TextChoices):
        PER_UNIT = "per_unit"
        TIERED = "tiered"

    class TiersMode(models.TextChoices):
        GRADUATED = "graduated"
        VOLUME = "volume"

    class UsageType(models.TextChoices):
        LICENSED = "licensed"
        METERED = "metered"

    amount = fields.PositiveAmountField(
        help_text="Price of one unit for one period; unset for tiers and fractions."
    )
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    interval = fields.EnumField(choices=Interval, help_text="Unit that the period is counted in.")
    interval_count = fields.CountField(
        help_text="How many of these units make one period: 3 months for a quarter."
    )
    name = fields.StringField(
        source=("name", "nickname"), retired=True, help_text="What the merchant calls the plan."
    )
    trial_period_days = fields.CountField(help_text="Days that are free before the first payment.")
    statement_descriptor = fields.StringField(
        source=("statement_descriptor", "statement_description"),
        retired=True,
        help_text="What the customer reads about it on the card's statement.",
    )
    active = fields.FlagField(help_text="Whether new subscriptions can use the plan.")
    amount_decimal = fields.DecimalField(
        as_text=True,
        help_text="Price of one unit for one period, fractions too, in the smallest unit of the"
        " currency.",
    )
    billing_scheme = fields.EnumField(
        choices=BillingScheme, help_text="Whether every unit costs the same or prices go by tiers."
    )
    meter = fields.Reference(
        "BillingMeter",
        related_name="plans",
        help_text="The meter that counts the usage to be billed.",
    )
    nickname = fields.StringField(
        source=("nickname", "name"),
        help_text="The merchant's own note on the plan, which customers do not see.",
    )
    product = fields.Reference("Product", related_name="plans", help_text="What the plan sells.")
    tiers = fields.HashField(
        on_request=True, help_text="The tiers, with prices in the smallest unit of the currency."
    )
    tiers_mode = fields.EnumField(
        choices=TiersMode,
        help_text="Whether each tier prices only the units within it, or the last one reached"
        " prices all.",
    )
    transform_usage = fields.HashField(
        help_text="What the quantity is divided by before billing, and how the result is rounded."
    )
    usage_type = fields.EnumField(
        choices=UsageType, help_text="Whether a fixed quantity is billed, or what was used."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the plan was made.")

    def __str__(self) -> str:
        return self.nickname or self.name or price_text(self) or self.stripe_id
