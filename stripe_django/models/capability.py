from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Capability(StripeModel):
    """Something a connected account can do once it is approved, such as taking cards."""

    stripe = Resource(
        "capability",
        area=Area.CONNECT,
        id_scope="account",
        list_path="/v1/accounts/{account_id}/capabilities",
        list_parent="account",
        list_has_created_filter=False,
        is_platform_owned=True,
    )

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
    requested_at = fields.TimestampField(help_text="When it was asked for.")
    requirements = fields.HashField(
        help_text="Details that Stripe still needs before it is active, or to keep it so."
    )
    status = fields.EnumField(
        choices=Status,
        help_text="Whether it can be used, is being checked, or was never asked for.",
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "capabilities"
