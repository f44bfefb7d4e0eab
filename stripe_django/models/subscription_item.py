from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import item_name
from .resource import Resource


class SubscriptionItem(StripeModel):
    """One item of a subscription: a price and a quantity."""

    stripe = Resource(
        "subscription_item", area=Area.BILLING, retrieve_path="/v1/subscription_items/{id}"
    )

    billed_until = fields.TimestampField(help_text="Until when the item has been billed.")
    billing_thresholds = fields.HashField(
        help_text="The usage at which an invoice is sent before the period is over."
    )
    current_period_end = fields.TimestampField(
        help_text="End of the item's current billing period."
    )
    current_period_start = fields.TimestampField(
        help_text="Start of the item's current billing period."
    )
    current_trial = fields.HashField(
        help_text="The trial that the item is on: its offer, start and end."
    )
    discounts = fields.HashField(
        expand="discounts.source.coupon",
        help_text="Discounts on this item, which come before those on the subscription.",
    )
    plan = fields.Reference(
        "Plan",
        related_name="subscription_items",
        owned=False,
        help_text="The price in its older form, as a plan.",
    )
    price = fields.Reference(
        "Price",
        related_name="subscription_items",
        owned=False,
        help_text="The price that is billed.",
    )
    product = fields.Reference(
        "Product",
        related_name="subscription_items",
        source=("price.product", "plan.product"),
        help_text="The product that the price is for.",
    )
    quantity = fields.QuantityField(
        help_text="How many units are billed; unset where usage is metered."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="items",
        parent_lists=("items",),
        orphan_removal=True,
        help_text="The subscription that the item belongs to.",
    )
    tax_rates = fields.HashField(
        owned=False, help_text="Tax rates of this item, in place of the subscription's own."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the item was made.")

    def __str__(self) -> str:
        return item_name(self) or self.stripe_id
