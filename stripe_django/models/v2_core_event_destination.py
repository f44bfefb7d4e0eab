from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class V2CoreEventDestination(StripeModel):
    """A place that Stripe sends events to: a webhook, or a bus at Amazon or Azure."""

    stripe = Resource(
        "v2.core.event_destination",
        area=Area.DEVELOPERS,
        list_path="/v2/core/event_destinations",
        list_has_created_filter=False,
    )

    class EventPayload(models.TextChoices):
        SNAPSHOT = "snapshot"
        THIN = "thin"

    class Status(models.TextChoices):
        DISABLED = "disabled"
        ENABLED = "enabled"

    class Type(models.TextChoices):
        AMAZON_EVENTBRIDGE = "amazon_eventbridge"
        AZURE_EVENT_GRID = "azure_event_grid"
        WEBHOOK_ENDPOINT = "webhook_endpoint"

    amazon_eventbridge = fields.HashField(
        help_text="The Amazon account and event source, where events go to EventBridge."
    )
    azure_event_grid = fields.HashField(
        help_text="The Azure subscription and partner topic, where events go to Event Grid."
    )
    description = fields.StringField(
        help_text="The merchant's own note on what the destination is for."
    )
    enabled_events = fields.HashField(help_text="Names of the events that are sent there.")
    event_payload = fields.EnumField(
        choices=EventPayload, help_text="Whether events carry the whole object or only name it."
    )
    events_from = fields.HashField(
        help_text="Whose events are sent there: the account's own, or those of other accounts."
    )
    name = fields.StringField(help_text="What the merchant calls the destination.")
    snapshot_api_version = fields.CodeField(
        help_text="API version that whole objects are written in; unset for thin events."
    )
    status = fields.EnumField(choices=Status, help_text="Whether events are being sent there.")
    status_details = fields.HashField(help_text="Why the destination was switched off, if it was.")
    type = fields.EnumField(
        choices=Type, help_text="How events are delivered; fixed from the start."
    )
    updated = fields.TimestampField(
        unit=fields.Unit.TEXT, help_text="When the destination last changed."
    )
    webhook_endpoint = fields.HashField(
        help_text="The web address, where events go to a webhook; its secret is never stored."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the destination was made."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
