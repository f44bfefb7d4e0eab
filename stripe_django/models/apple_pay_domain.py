from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ApplePayDomain(StripeModel):
    """A website that is registered to take Apple Pay."""

    stripe = Resource(
        "apple_pay_domain",
        area=Area.PAYMENTS,
        list_path="/v1/apple_pay/domains",
        list_has_created_filter=False,
    )

    domain_name = fields.StringField(help_text="The domain, without a path.")
    created = fields.TimestampField(db_index=True, help_text="When the domain was registered.")

    def __str__(self) -> str:
        return self.domain_name or self.stripe_id
