from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentMethodConfiguration(StripeModel):
    """Which payment methods customers are offered where a payment does not say."""

    stripe = Resource(
        "payment_method_configuration",
        area=Area.PAYMENTS,
        list_path="/v1/payment_method_configurations",
        list_has_created_filter=False,
    )

    active = fields.FlagField(help_text="Whether new payments can use it.")
    application = fields.Reference(
        "Application",
        related_name="payment_method_configurations",
        help_text="The Connect application that a child configuration belongs to.",
    )
    is_default = fields.FlagField(
        help_text="Whether payments that name no configuration use this one."
    )
    name = fields.StringField(help_text="What the merchant calls it.")
    parent = fields.Reference(
        "PaymentMethodConfiguration",
        related_name="child_configurations",
        help_text="The platform's configuration that this one, of a connected account, goes by.",
    )
    payment_methods = fields.VariantField(
        help_text="For each payment method, whether it can be used and is to be shown."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
