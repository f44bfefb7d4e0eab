from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class FinancialConnectionsAccountOwner(StripeModel):
    """A person or company that a bank names as an owner of a linked account."""

    stripe = Resource("financial_connections.account_owner")

    email = fields.EmailField(help_text="The owner's e-mail address.")
    name = fields.StringField(help_text="The owner's full name.")
    ownership = fields.Reference(
        "FinancialConnectionsAccountOwnership",
        related_name="owners",
        parent_lists=("owners",),
        help_text="The list of owners that this one is on.",
    )
    phone = fields.StringField(help_text="The owner's phone number as the bank has it.")
    raw_address = fields.StringField(help_text="The owner's address as the bank has it.")
    refreshed_at = fields.TimestampField(help_text="When the owner was last read from the bank.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
