from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class EntitlementsFeature(StripeModel):
    """An ability of the merchant's service that comes with certain products."""

    stripe = Resource(
        "entitlements.feature", list_path="/v1/entitlements/features", list_has_created_filter=False
    )

    active = fields.FlagField(help_text="Whether it can still be added to products.")
    lookup_key = fields.CodeField(help_text="The merchant's own key of the feature.")
    name = fields.StringField(
        help_text="What the merchant calls the feature; customers do not see it."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
