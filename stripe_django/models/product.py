from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Product(StripeModel):
    """Something that is sold, goods or a service; its prices say for how much."""

    stripe = Resource(
        "product",
        area=Area.PRODUCTS,
        dashboard_path="products",
        id_prefixes=("prod_",),
        list_path="/v1/products",
    )

    class Type(models.TextChoices):
        GOOD = "good"
        SERVICE = "service"

    active = fields.FlagField(help_text="Whether it can be bought at present.")
    default_price = fields.Reference(
        "Price",
        related_name="default_products",
        help_text="The price that it sells for unless another is chosen.",
    )
    description = fields.TextField(help_text="What customers read about the product.")
    images = fields.HashField(
        help_text="Web addresses of pictures of the product, up to eight of them."
    )
    marketing_features = fields.HashField(
        source=("marketing_features", "features"),
        help_text="Selling points that a pricing table shows, up to fifteen of them.",
    )
    name = fields.StringField(help_text="What customers know the product by.")
    package_dimensions = fields.HashField(
        help_text="Size in inches and weight in ounces of the parcel."
    )
    shippable = fields.FlagField(help_text="Whether it is something that is sent to the customer.")
    statement_descriptor = fields.StringField(
        help_text="What a subscriber reads about it on the card's statement."
    )
    tax_code = fields.Reference(
        "TaxCode", related_name="products", help_text="The category that the product is taxed in."
    )
    tax_details = fields.HashField(
        help_text="The tax category of the product, and where it is performed if it is a service."
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether it is goods or a service, in payloads of old API versions."
    )
    unit_label = fields.StringField(
        help_text="What one unit is called on receipts and invoices, such as seat."
    )
    updated = fields.TimestampField(help_text="When the product was last changed.")
    url = fields.URLField(help_text="Public web page about the product.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the product was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
