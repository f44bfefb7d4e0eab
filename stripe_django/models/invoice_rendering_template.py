from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class InvoiceRenderingTemplate(StripeModel):
    """A look for invoices, reused for their PDF and other printed forms."""

    stripe = Resource(
        "invoice_rendering_template",
        area=Area.BILLING,
        list_path="/v1/invoice_rendering_templates",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"

    nickname = fields.StringField(
        help_text="The merchant's own name for the template, which customers never see."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the template is in use or put away."
    )
    version = fields.IntegerField(
        help_text="Number of the version, one higher after every change to the look."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the template was made.")

    def __str__(self) -> str:
        return self.nickname or self.stripe_id
