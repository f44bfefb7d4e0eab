from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementAdjustment(StripeModel):
    """A correction that Stripe made to the balance of a financial account."""

    stripe = Resource(
        "v2.money_management.adjustment", list_path="/v2/money_management/adjustments"
    )

    adjusted_flow = fields.HashField(
        help_text="Id of the movement that is corrected, under the key that its type names."
    )
    amount = fields.HashField(help_text="By how much, in the smallest unit of its currency.")
    description = fields.StringField(help_text="What the correction is for.")
    financial_account = fields.Reference(
        "V2MoneyManagementFinancialAccount",
        related_name="adjustments",
        help_text="The financial account whose balance is corrected.",
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the correction was made."
    )
