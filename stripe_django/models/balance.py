from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Balance(StripeModel):
    """The money that Stripe holds for an account, one row for each account and mode."""

    stripe = Resource(
        "balance",
        area=Area.BALANCES,
        id_from=("mode",),
        retrieve_path="/v1/balance",
        singleton_path="/v1/balance",
    )

    available = fields.HashField(
        help_text="Money that can be paid out now: one entry for each currency, in its smallest"
        " unit."
    )
    pending = fields.HashField(
        help_text="Money that is not available yet: one entry for each currency, in its smallest"
        " unit."
    )
    connect_reserved = fields.HashField(
        help_text="Money held back for connected accounts in debt, by currency, in its smallest"
        " unit."
    )
    instant_available = fields.HashField(
        help_text="Money that an instant payout can send, by currency, in its smallest unit."
    )
    issuing = fields.HashField(
        help_text="Money that cards issued to others can spend, by currency, in its smallest unit."
    )
    refund_and_dispute_prefunding = fields.HashField(
        help_text="Money set aside for refunds and disputes, by currency, in its smallest unit."
    )
