from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class FinancialConnectionsSession(StripeModel):
    """A window in which a user links bank accounts."""

    stripe = Resource(
        "financial_connections.session", retrieve_path="/v1/financial_connections/sessions/{id}"
    )

    account_holder = fields.HashField(
        help_text="Whose accounts are linked: a customer's or a connected account's."
    )
    bank_account_token = fields.Reference(
        "Token",
        related_name="financial_connections_sessions",
        owned=False,
        help_text="The token that stands for the bank account, if one was made.",
    )
    filters = fields.HashField(help_text="Which accounts can be linked, by country and type.")
    limits = fields.HashField(help_text="How many accounts can be linked.")
    manual_entry = fields.HashField(help_text="Whether bank details can be typed in instead.")
    permissions = fields.HashField(help_text="What the holder is asked to allow.")
    prefetch = fields.HashField(
        help_text="What is read from the bank as soon as an account is linked."
    )
    return_url = fields.URLField(
        help_text="Where the holder comes back to in an app after the bank's own login."
    )
