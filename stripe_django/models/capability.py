from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class Capability(StripeModel):
    """Something a connected account can do once it is approved, such as taking cards."""

    OBJECT_NAME = "capability"
    AREA = Area.CONNECT
    LIST_PATH = "/v1/accounts/{account_id}/capabilities"
    LIST_BY = "account"
    ID_WITHIN = "account"
    LIST_SINCE = False
    IS_PLATFORM_OWNED = True

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"
        PENDING = "pending"
        UNREQUESTED = "unrequested"

    account = fields.Reference(
        "Account",
        related_name="account_capabilities",
        help_text="The connected account that has or wants the capability.",
    )
    future_requirements = fields.HashField(
        help_text="What Stripe will ask for from a coming date to keep it active."
    )
    requested = fields.FlagField(help_text="Whether it was asked for.")
    requested_at = fields.TimestampField(help_text="When it was asked for (UTC).")
    requirements = fields.HashField(
        help_text="Details that Stripe still needs before it is active, or to keep it so."
    )
    status = fields.EnumField(
        choices=Status,
        help_text="Whether it can be used, is being checked, or was never asked for.",
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "capabilities"
