from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxLocation(StripeModel):
    """A venue where a service is performed, which decides how it is taxed."""

    stripe = Resource(
        "tax.location",
        list_path="/v1/tax/locations",
        list_params={"type": "performance"},
        list_has_created_filter=False,
    )

    class Type(models.TextChoices):
        PERFORMANCE = "performance"

    address = fields.HashField(help_text="Where the venue is.")
    description = fields.TextField(help_text="What the venue is and what it is used for.")
    type = fields.EnumField(
        choices=Type, help_text="What the place is used for; so far only performances."
    )
