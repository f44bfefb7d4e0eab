from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ProductFeature(StripeModel):
    """One feature that the buyer of a product becomes entitled to."""

    stripe = Resource(
        "product_feature",
        area=Area.PRODUCTS,
        list_path="/v1/products/{product_id}/features",
        list_parent="product",
        list_has_created_filter=False,
    )

    product = fields.Reference(
        "Product",
        related_name="features",
        implicit=True,
        help_text="The product that the feature comes with.",
    )
    entitlement_feature = fields.Reference(
        "EntitlementsFeature",
        related_name="product_features",
        owned=False,
        help_text="The feature that the product comes with.",
    )
