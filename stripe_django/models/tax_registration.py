from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxRegistration(StripeModel):
    """A place where the business is registered to collect tax."""

    stripe = Resource(
        "tax.registration", list_path="/v1/tax/registrations", list_has_created_filter=False
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        EXPIRED = "expired"
        SCHEDULED = "scheduled"

    active_from = fields.TimestampField(help_text="When tax begins to be collected there.")
    country = fields.CodeField(help_text="Two-letter code of the country of the registration.")
    country_options = fields.HashField(
        help_text="How the business is registered there, under the country's code."
    )
    expires_at = fields.TimestampField(
        help_text="When tax stops being collected there; unset if it continues."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the registration is in force, still to come or over."
    )
    created = fields.TimestampField(db_index=True, help_text="When the registration was made.")
