from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ShippingRate(StripeModel):
    """What a customer pays for having goods sent, and how long it takes."""

    stripe = Resource("shipping_rate", area=Area.PRODUCTS, list_path="/v1/shipping_rates")

    class TaxBehavior(models.TextChoices):
        EXCLUSIVE = "exclusive"
        INCLUSIVE = "inclusive"
        UNSPECIFIED = "unspecified"

    class Type(models.TextChoices):
        FIXED_AMOUNT = "fixed_amount"

    active = fields.FlagField(help_text="Whether new purchases can use the rate.")
    delivery_estimate = fields.HashField(
        help_text="The shortest and the longest time that delivery should take."
    )
    display_name = fields.StringField(help_text="Name of the rate, as customers see it.")
    fixed_amount = fields.HashField(
        help_text="The price in the smallest unit of the currency, with those in other currencies."
    )
    tax_behavior = fields.EnumField(
        choices=TaxBehavior, help_text="Whether the price includes tax."
    )
    tax_code = fields.Reference(
        "TaxCode",
        related_name="shipping_rates",
        help_text="The tax code that shipping falls under.",
    )
    type = fields.EnumField(
        choices=Type, help_text="How the price is calculated; so far always as a fixed amount."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the rate was made.")

    def __str__(self) -> str:
        return self.display_name or self.stripe_id
