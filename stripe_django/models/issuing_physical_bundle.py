from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingPhysicalBundle(StripeModel):
    """What a physical card arrives in and is made of: stock, letter and envelope."""

    stripe = Resource(
        "issuing.physical_bundle",
        list_path="/v1/issuing/physical_bundles",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"
        REVIEW = "review"

    class Type(models.TextChoices):
        CUSTOM = "custom"
        STANDARD = "standard"

    features = fields.HashField(
        help_text="Whether a logo, letter text and second line are required, optional or"
        " impossible."
    )
    name = fields.StringField(help_text="Name of the bundle, for readers.")
    status = fields.EnumField(
        choices=Status,
        help_text="Whether cards can be made with the bundle, or it is under review.",
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether it is Stripe's usual bundle or was made for this account."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
