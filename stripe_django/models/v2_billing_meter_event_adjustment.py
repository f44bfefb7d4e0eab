from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2BillingMeterEventAdjustment(StripeModel):
    """A request to take back usage that was reported to a billing meter."""

    stripe = Resource("v2.billing.meter_event_adjustment")

    class Status(models.TextChoices):
        COMPLETE = "complete"
        PENDING = "pending"

    class Type(models.TextChoices):
        CANCEL = "cancel"

    cancel = fields.HashField(help_text="Which report is taken back, by its identifier.")
    event_name = fields.CodeField(
        help_text="Which meter had counted it, by the event name of that meter."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the request is waiting or has been carried out."
    )
    type = fields.EnumField(
        choices=Type, help_text="What is asked for; so far always to cancel one report."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the request was made."
    )
