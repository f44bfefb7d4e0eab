from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PromotionCode(StripeModel):
    """A code that a customer enters to get the discount of a coupon."""

    stripe = Resource(
        "promotion_code",
        area=Area.PRODUCTS,
        dashboard_path="promotion_codes",
        list_path="/v1/promotion_codes",
    )

    active = fields.FlagField(
        help_text="Whether the code can be used now; its coupon has to be valid too."
    )
    code = fields.CodeField(help_text="What the customer enters, in capitals or not.")
    customer = fields.Reference(
        "Customer",
        related_name="promotion_codes",
        help_text="The only customer who can use the code, if it is for one.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="promotion_codes",
        help_text="The only customer who can use it, as an account of the second API version.",
    )
    expires_at = fields.TimestampField(help_text="When the code stops working.")
    max_redemptions = fields.CountField(help_text="How often the code can be used at most.")
    promotion = fields.HashField(help_text="What the code gives: its type, and the coupon.")
    coupon = fields.Reference(
        "Coupon",
        related_name="promotion_codes",
        source=("coupon", "promotion.coupon"),
        retired=True,
        owned=False,
        help_text="The coupon whose discount the code gives.",
    )
    restrictions = fields.HashField(
        help_text="What an order must fulfil, such as a minimum amount or being the first one."
    )
    times_redeemed = fields.CountField(help_text="How often the code was used so far.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the code was made.")

    def __str__(self) -> str:
        return self.code or self.stripe_id
