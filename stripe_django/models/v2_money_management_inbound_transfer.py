from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementInboundTransfer(StripeModel):
    """Money that the owner of a financial account brings in from their own bank."""

    stripe = Resource(
        "v2.money_management.inbound_transfer", list_path="/v2/money_management/inbound_transfers"
    )

    amount = fields.HashField(
        help_text="What reaches the balance, in the smallest unit of its currency."
    )
    description = fields.StringField(help_text="The merchant's own note on the transfer.")
    origin = fields.HashField(
        source="from", help_text="The bank account that is debited, and with how much."
    )
    to = fields.HashField(help_text="The financial account that is credited, and with how much.")
    transfer_history = fields.HashField(
        help_text="How the transfer went, step by step; the newest step is its state."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the transfer was made."
    )
