from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementPayoutMethod(StripeModel):
    """A bank account or card that money can be sent to."""

    stripe = Resource(
        "v2.money_management.payout_method",
        list_path="/v2/money_management/payout_methods",
        list_has_created_filter=False,
    )

    class Type(models.TextChoices):
        BANK_ACCOUNT = "bank_account"
        CARD = "card"

    archived = fields.FlagField(help_text="True once it was put away, and cannot be paid out to.")
    bank_account = fields.HashField(
        help_text="Bank, country and last digits, where this is a bank account."
    )
    card = fields.HashField(help_text="Last digits, expiry and currencies, where this is a card.")
    latest_outbound_setup_intent = fields.Reference(
        "V2MoneyManagementOutboundSetupIntent",
        related_name="latest_intent_payout_methods",
        help_text="The setup that last made it ready to be paid to.",
    )
    restricted = fields.FlagField(help_text="True while Stripe lets no money be sent there.")
    type = fields.EnumField(choices=Type, help_text="Whether this is a bank account or a card.")
    usage_status = fields.HashField(
        help_text="Whether it can take payments to others and transfers of the owner's own money."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the payout method was made."
    )
