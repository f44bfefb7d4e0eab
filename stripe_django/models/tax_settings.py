from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxSettings(StripeModel):
    """How Stripe Tax works out tax for the account."""

    stripe = Resource("tax.settings", id_from=("mode",), singleton_path="/v1/tax/settings")

    class Status(models.TextChoices):
        ACTIVE = "active"
        PENDING = "pending"

    defaults = fields.HashField(
        help_text="What applies unless a price or product says otherwise, and who calculates."
    )
    head_office = fields.HashField(help_text="The address where the business is based.")
    status = fields.EnumField(
        choices=Status, help_text="Whether all that is needed to work out tax is there."
    )
    status_details = fields.HashField(
        help_text="What is still missing, while the settings are pending."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "tax settings"
