from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementOutboundSetupIntent(StripeModel):
    """The steps by which a payout method is made ready to be paid to."""

    stripe = Resource(
        "v2.money_management.outbound_setup_intent",
        list_path="/v2/money_management/outbound_setup_intents",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        REQUIRES_ACTION = "requires_action"
        REQUIRES_PAYOUT_METHOD = "requires_payout_method"
        SUCCEEDED = "succeeded"

    class UsageIntent(models.TextChoices):
        PAYMENT = "payment"
        TRANSFER = "transfer"

    payout_method = fields.Reference(
        "V2MoneyManagementPayoutMethod",
        related_name="outbound_setup_intents",
        owned=False,
        help_text="The payout method that is made ready.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the setup has come.")
    usage_intent = fields.EnumField(
        choices=UsageIntent,
        help_text="Whether others are to be paid there, or the owner's own money moved.",
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the setup was begun."
    )
