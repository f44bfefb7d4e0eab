from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class WebhookEndpoint(StripeModel):
    """A web address of the merchant's that Stripe sends events to."""

    stripe = Resource(
        "webhook_endpoint",
        area=Area.DEVELOPERS,
        dashboard_path="webhooks",
        list_path="/v1/webhook_endpoints",
        list_has_created_filter=False,
    )

    api_version = fields.CodeField(
        help_text="How events are written there, by API version; unset for the account's own."
    )
    application = fields.Reference(
        "Application",
        related_name="webhook_endpoints",
        help_text="The Connect application that the endpoint belongs to, if any.",
    )
    description = fields.StringField(
        help_text="The merchant's own note on what the endpoint is for."
    )
    enabled_events = fields.HashField(
        help_text="Names of the events that are sent there; an asterisk stands for nearly all."
    )
    status = fields.CodeField(help_text="Whether events are being sent: enabled or disabled.")
    url = fields.URLField(help_text="The address that events are posted to.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the endpoint was made.")

    def __str__(self) -> str:
        return self.url or self.stripe_id
