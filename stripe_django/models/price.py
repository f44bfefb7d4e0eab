from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import price_text
from .resource import Resource


class Price(StripeModel):
    """What a product costs, once or every period, in one currency or several."""

    stripe = Resource(
        "price",
        area=Area.PRODUCTS,
        dashboard_path="prices",
        id_prefixes=("plan_", "price_"),
        list_path="/v1/prices",
    )

    class BillingScheme(models.TextChoices):
        PER_UNIT = "per_unit"
        TIERED = "tiered"

    class Interval(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        YEAR = "year"

    class TaxBehavior(models.TextChoices):
        EXCLUSIVE = "exclusive"
        INCLUSIVE = "inclusive"
        UNSPECIFIED = "unspecified"

    class TiersMode(models.TextChoices):
        GRADUATED = "graduated"
        VOLUME = "volume"

    class Type(models.TextChoices):
        ONE_TIME = "one_time"
        RECURRING = "recurring"

    class UsageType(models.TextChoices):
        LICENSED = "licensed"
        METERED = "metered"

    active = fields.FlagField(help_text="Whether new purchases can use the price.")
    billing_scheme = fields.EnumField(
        choices=BillingScheme, help_text="Whether every unit costs the same or prices go by tiers."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this price.")
    currency_options = fields.HashField(
        on_request=True,
        help_text="The same price in each currency it is set in, by the currency's code.",
    )
    custom_unit_amount = fields.HashField(
        help_text="The bounds, and a first proposal, of a price that the customer chooses."
    )
    lookup_key = fields.CodeField(help_text="The merchant's own key to find the price by.")
    nickname = fields.StringField(
        help_text="The merchant's own note on the price, which customers do not see."
    )
    product = fields.Reference("Product", related_name="prices", help_text="What the price is for.")
    recurring = fields.HashField(
        help_text="How often it is billed, and whether by quantity or usage; unset for one-off"
        " purchases."
    )
    interval = fields.EnumField(
        choices=Interval,
        source="recurring.interval",
        help_text="Unit that the period is counted in; unset for one-off purchases.",
    )
    interval_count = fields.CountField(
        source="recurring.interval_count",
        help_text="How many of these units make one period: 3 months for a quarter.",
    )
    usage_type = fields.EnumField(
        choices=UsageType,
        source="recurring.usage_type",
        help_text="Whether a fixed quantity is billed each period, or what was used.",
    )
    tax_behavior = fields.EnumField(
        choices=TaxBehavior, help_text="Whether tax is included in the price or comes on top."
    )
    tiers = fields.HashField(
        on_request=True, help_text="The tiers, with prices in the smallest unit of the currency."
    )
    tiers_mode = fields.EnumField(
        choices=TiersMode,
        help_text="Whether each tier prices only the units within it, or the last one reached"
        " prices all.",
    )
    transform_quantity = fields.HashField(
        help_text="What the quantity is divided by before billing, and how the result is rounded."
    )
    type = fields.EnumField(choices=Type, help_text="Whether it is paid once or every period.")
    unit_amount = fields.AmountField(help_text="Price of one unit; unset for tiers and fractions.")
    unit_amount_decimal = fields.DecimalField(
        as_text=True,
        help_text="Price of one unit, fractions too, in the smallest unit of the currency.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the price was made.")

    def __str__(self) -> str:
        return self.nickname or price_text(self) or self.stripe_id
