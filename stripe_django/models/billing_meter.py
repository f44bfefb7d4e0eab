from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingMeter(StripeModel):
    """A rule for adding up what customers use, so that prices can bill it."""

    stripe = Resource(
        "billing.meter",
        dashboard_path="billing/meters",
        list_path="/v1/billing/meters",
        list_has_created_filter=False,
    )

    class EventTimeWindow(models.TextChoices):
        DAY = "day"
        HOUR = "hour"

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"

    customer_mapping = fields.HashField(
        help_text="Which key of a usage event's payload names the customer."
    )
    default_aggregation = fields.HashField(
        help_text="How the values of a period become one: sum, count or the last."
    )
    display_name = fields.StringField(help_text="The merchant's name of the meter.")
    event_name = fields.CodeField(help_text="Name that the usage events for this meter bear.")
    event_time_window = fields.EnumField(
        choices=EventTimeWindow,
        help_text="Span, an hour or a day, that the merchant has summed up before sending.",
    )
    status = fields.EnumField(choices=Status, help_text="Whether the meter still takes events.")
    status_transitions = fields.HashField(
        help_text="When the meter was switched off, in seconds since 1970 (UTC)."
    )
    updated = fields.TimestampField(help_text="When the meter was last changed.")
    value_settings = fields.HashField(
        help_text="Which key of a usage event's payload holds the quantity."
    )
    created = fields.TimestampField(db_index=True, help_text="When the meter was made.")

    def __str__(self) -> str:
        return self.display_name or self.stripe_id
