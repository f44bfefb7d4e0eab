from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Discount(StripeModel):
    """A coupon in force for a customer, a subscription or an invoice."""

    stripe = Resource("discount", area=Area.BILLING, id_from=("subscription", "customer"))

    coupon = fields.Reference(
        "Coupon",
        related_name="discounts",
        source=("coupon", "source.coupon"),
        retired=True,
        help_text="The coupon that says how much is taken off.",
    )
    customer = fields.Reference(
        "Customer", related_name="discounts", help_text="The customer who pays less."
    )
    start = fields.TimestampField(help_text="When the coupon was applied.")
    end = fields.TimestampField(
        help_text="When the discount stops; unset for a coupon that lasts once or forever."
    )
    checkout_session = fields.Reference(
        "CheckoutSession",
        related_name="applied_discounts",
        help_text="The one-off checkout that becomes cheaper, if it is for one.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="discounts",
        help_text="The customer who pays less, as an account of the second API version.",
    )
    invoice = fields.Reference(
        "Invoice",
        related_name="applied_discounts",
        help_text="The invoice that becomes cheaper, if it is for a single one.",
    )
    invoice_item = fields.ObjectIdField(
        help_text="Id of the invoice item or invoice line that becomes cheaper, if it is for one."
    )
    promotion_code = fields.Reference(
        "PromotionCode",
        related_name="discounts",
        help_text="The code that the customer redeemed, if any.",
    )
    source = fields.HashField(
        help_text="Where the discount comes from: the coupon and the type of source."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="applied_discounts",
        help_text="The subscription that becomes cheaper, if it is for one.",
    )
    subscription_item = fields.Reference(
        "SubscriptionItem",
        related_name="applied_discounts",
        help_text="The part of a subscription that becomes cheaper, if it is for one.",
    )
