from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingPortalConfiguration(StripeModel):
    """What customers can see and do in the customer portal."""

    stripe = Resource(
        "billing_portal.configuration",
        list_path="/v1/billing_portal/configurations",
        list_has_created_filter=False,
    )

    active = fields.FlagField(help_text="Whether the portal can be opened with this configuration.")
    application = fields.Reference(
        "Application",
        related_name="billing_portal_configurations",
        help_text="The platform's application that made the configuration, if any.",
    )
    business_profile = fields.HashField(
        help_text="Headline of the portal, and links to the terms and privacy policy."
    )
    default_return_url = fields.URLField(
        help_text="Where the way back from the portal leads unless a session names another place."
    )
    features = fields.HashField(
        help_text="What customers may change there, such as cards, addresses and subscriptions."
    )
    is_default = fields.FlagField(
        help_text="Whether the portal uses it when no other configuration is named."
    )
    login_page = fields.HashField(
        help_text="Whether customers can log in to the portal by themselves, and where."
    )
    name = fields.StringField(help_text="The merchant's name of the configuration.")
    updated = fields.TimestampField(help_text="When the configuration was last changed.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the configuration was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
