from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class Discount(StripeModel):
    """A coupon in force for a customer, a subscription or an invoice."""

    OBJECT_NAME = "discount"
    ID_FROM = ("subscription", "customer")

    coupon = fields.Reference(
        "Coupon",
        related_name="discounts",
        source=("coupon", "source.coupon"),
        help_text="The coupon that says how much is taken off.",
    )
    customer = fields.Reference(
        "Customer", related_name="discounts", help_text="The customer who pays less."
    )
    start = fields.TimestampField(help_text="When the coupon was applied (UTC).")
    end = fields.TimestampField(
        help_text="When the discount stops (UTC); unset for a coupon that lasts once or forever."
    )
