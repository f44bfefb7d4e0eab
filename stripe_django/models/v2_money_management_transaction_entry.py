from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementTransactionEntry(StripeModel):
    """One step of a transaction, with its own effect on the balance."""

    stripe = Resource(
        "v2.money_management.transaction_entry",
        list_path="/v2/money_management/transaction_entries",
    )

    balance_impact = fields.HashField(
        help_text="By how much this step changes each part of the balance, in the smallest unit."
    )
    effective_at = fields.TimestampField(
        unit=fields.Unit.TEXT, help_text="When the balance changes, past or future."
    )
    transaction = fields.Reference(
        "V2MoneyManagementTransaction",
        related_name="entries",
        help_text="The transaction that this is a step of.",
    )
    transaction_details = fields.HashField(
        help_text="The transaction's category, financial account and flow, repeated here."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the entry was made."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "v2 money management transaction entries"
