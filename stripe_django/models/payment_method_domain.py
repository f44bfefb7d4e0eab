from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentMethodDomain(StripeModel):
    """A web domain registered for the payment methods that insist on it, such as wallets."""

    stripe = Resource(
        "payment_method_domain",
        area=Area.PAYMENTS,
        list_path="/v1/payment_method_domains",
        list_has_created_filter=False,
    )

    amazon_pay = fields.HashField(
        help_text="Whether Amazon Pay works on the domain, and if not, why."
    )
    apple_pay = fields.HashField(
        help_text="Whether Apple Pay works on the domain, and if not, why."
    )
    domain_name = fields.StringField(help_text="The domain, such as shop.example.com.")
    enabled = fields.FlagField(
        help_text="False while payment methods that need a registered domain stay hidden there."
    )
    google_pay = fields.HashField(
        help_text="Whether Google Pay works on the domain, and if not, why."
    )
    klarna = fields.HashField(help_text="Whether Klarna works on the domain, and if not, why.")
    link = fields.HashField(help_text="Whether Link works on the domain, and if not, why.")
    paypal = fields.HashField(help_text="Whether PayPal works on the domain, and if not, why.")
    created = fields.TimestampField(
        db_index=True, help_text="When the domain was registered at Stripe."
    )

    def __str__(self) -> str:
        return self.domain_name or self.stripe_id
