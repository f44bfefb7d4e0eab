from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Coupon(StripeModel):
    """A price cut, by a percentage or an amount, that can be given to customers."""

    stripe = Resource(
        "coupon",
        area=Area.PRODUCTS,
        dashboard_path="coupons",
        id_prefixes=(),
        list_path="/v1/coupons",
    )

    class Duration(models.TextChoices):
        ONCE = "once"
        REPEATING = "repeating"
        FOREVER = "forever"

    duration = fields.EnumField(
        choices=Duration, help_text="Whether it cuts one invoice, those of some months, or all."
    )
    amount_off = fields.PositiveAmountField(help_text="What is taken off; unset for a percentage.")
    currency = fields.CurrencyField(help_text="Currency of the amount, if there is one.")
    duration_in_months = fields.CountField(
        help_text="For how many months a repeating coupon lasts."
    )
    max_redemptions = fields.CountField(
        help_text="How often it can be redeemed, all customers together; unset for no limit."
    )
    percent_off = fields.PercentField(
        help_text="What is taken off in per cent; unset for an amount."
    )
    redeem_by = fields.TimestampField(help_text="Last moment it can be redeemed at.")
    times_redeemed = fields.CountField(help_text="How often it was redeemed.")
    valid = fields.FlagField(help_text="Whether it can still be redeemed.")
    applies_to = fields.HashField(
        on_request=True, help_text="Ids of the products that it makes cheaper, if not all."
    )
    currency_options = fields.HashField(
        on_request=True,
        help_text="What is taken off in other currencies, in the smallest unit of each.",
    )
    name = fields.StringField(help_text="What customers read on invoices and receipts.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the coupon was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
