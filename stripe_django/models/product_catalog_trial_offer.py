from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ProductCatalogTrialOffer(StripeModel):
    """A free or cheaper beginning of a subscription, and the price that follows it."""

    stripe = Resource("product_catalog.trial_offer", list_path="/v1/product_catalog/trial_offers")

    active = fields.FlagField(help_text="False once the offer is archived.")
    duration = fields.HashField(help_text="How many periods of the price the trial lasts.")
    end_behavior = fields.HashField(
        help_text="What happens when the trial is over, such as the price that then applies."
    )
    nickname = fields.StringField(
        help_text="The merchant's own note on the offer, which customers do not see."
    )
    price = fields.Reference(
        "Price", related_name="trial_offers", help_text="The price that is paid during the trial."
    )

    def __str__(self) -> str:
        return self.nickname or self.stripe_id
