from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class FinancialConnectionsAuthorization(StripeModel):
    """A holder's permission to reach a group of accounts at one bank."""

    stripe = Resource("financial_connections.authorization")

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"

    institution_name = fields.StringField(help_text="The bank that the permission is for.")
    status = fields.EnumField(
        choices=Status, help_text="Whether the connection to the bank still works."
    )
    status_details = fields.HashField(
        help_text="Whether the holder should link again, and when the connection is expected to "
        "end."
    )

    def __str__(self) -> str:
        return self.institution_name or self.stripe_id
