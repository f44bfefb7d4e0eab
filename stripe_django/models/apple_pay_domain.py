from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class ApplePayDomain(StripeModel):
    """A website that is registered to take Apple Pay."""

    OBJECT_NAME = "apple_pay_domain"
    AREA = Area.PAYMENTS
    LIST_PATH = "/v1/apple_pay/domains"
    LIST_SINCE = False

    domain_name = fields.StringField(help_text="The domain, without a path.")
    created = fields.TimestampField(
        db_index=True, help_text="When the domain was registered (UTC)."
    )

    def __str__(self) -> str:
        return self.domain_name or self.stripe_id
