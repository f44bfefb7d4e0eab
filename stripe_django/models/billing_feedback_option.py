from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingFeedbackOption(StripeModel):
    """A reason that customers can pick when they cancel in the customer portal."""

    stripe = Resource(
        "billing.feedback_option",
        list_path="/v1/billing/feedback_options",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"

    description = fields.StringField(help_text="The reason in words, as customers read it.")
    status = fields.EnumField(
        choices=Status, help_text="Whether the reason can still be put on offer."
    )
    status_transitions = fields.HashField(
        help_text="When the reason was taken out of use, in seconds since 1970 (UTC)."
    )

    def __str__(self) -> str:
        return self.description or self.stripe_id
