from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class FinancialConnectionsAccountOwnership(StripeModel):
    """The owners of a linked account, as they were at one moment."""

    stripe = Resource("financial_connections.account_ownership")

    created = fields.TimestampField(db_index=True, help_text="When the list of owners was made.")
