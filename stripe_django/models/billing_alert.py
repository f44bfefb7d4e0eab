from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingAlert(StripeModel):
    """A rule that reports when the usage of a meter passes a threshold."""

    stripe = Resource(
        "billing.alert", list_path="/v1/billing/alerts", list_has_created_filter=False
    )

    class AlertType(models.TextChoices):
        USAGE_THRESHOLD = "usage_threshold"

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"
        INACTIVE = "inactive"

    alert_type = fields.EnumField(choices=AlertType, help_text="What the alert watches.")
    status = fields.EnumField(
        choices=Status,
        help_text="Whether the alert is in force, switched off or put away for good.",
    )
    title = fields.StringField(help_text="The merchant's name of the alert.")
    usage_threshold = fields.HashField(
        help_text="The meter that is watched, for whom, and the usage that sets off the alert."
    )

    def __str__(self) -> str:
        return self.title or self.stripe_id
