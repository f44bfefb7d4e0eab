from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryFinancialAccountFeatures(StripeModel):
    """What a financial account may be used for, and how each feature stands."""

    stripe = Resource(
        "treasury.financial_account_features",
        id_from=("parent",),
        retrieve_path="/v1/treasury/financial_accounts/{id}/features",
    )

    card_issuing = fields.HashField(
        help_text="Whether issued cards may spend from the account, and why not."
    )
    deposit_insurance = fields.HashField(
        help_text="Whether the money in the account is insured, and why not."
    )
    financial_addresses = fields.HashField(
        help_text="Which bank details of its own the account can have."
    )
    inbound_transfers = fields.HashField(
        help_text="Whether money can be drawn in from the owner's bank account, by network."
    )
    intra_stripe_flows = fields.HashField(
        help_text="Whether money may move to and from other accounts at Stripe."
    )
    outbound_payments = fields.HashField(
        help_text="Whether money may be sent to others, by network."
    )
    outbound_transfers = fields.HashField(
        help_text="Whether money may be sent to the owner's bank account, by network."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "treasury financial account features"
