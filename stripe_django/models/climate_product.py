from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ClimateProduct(StripeModel):
    """A kind of carbon removal that can be ordered."""

    stripe = Resource(
        "climate.product",
        list_path="/v1/climate/products",
        list_has_created_filter=False,
        is_global=True,
    )

    current_prices_per_metric_ton = fields.HashField(
        help_text="Price of one metric ton by currency, in the smallest unit of each, with fees and"
        " in total."
    )
    delivery_year = fields.IntegerField(
        help_text="Year in which the carbon should be removed; a past year means guaranteed stock."
    )
    metric_tons_available = fields.DecimalField(
        as_text=True, help_text="How many metric tons can still be reserved."
    )
    name = fields.StringField(help_text="What the product is called.")
    suppliers = fields.HashField(
        owned=False, help_text="The companies that remove the carbon for this product."
    )
    created = fields.TimestampField(db_index=True, help_text="When the product was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
