from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class ProductFeature(StripeModel):
    """One feature that whoever buys a product becomes entitled to."""

    OBJECT_NAME = "product_feature"
    AREA = Area.PRODUCTS
    LIST_PATH = "/v1/products/{product_id}/features"
    LIST_BY = "product"
    LIST_SINCE = False

    product = fields.Reference(
        "Product",
        related_name="features",
        from_parent=True,
        help_text="The product that the feature comes with.",
    )
    entitlement_feature = fields.Reference(
        "EntitlementsFeature",
        related_name="product_features",
        part=False,
        help_text="The feature that the product comes with.",
    )
