from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import money
from .resource import Resource


class ApplicationFee(StripeModel):
    """A platform's share of a charge that a connected account made."""

    stripe = Resource(
        "application_fee",
        area=Area.CONNECT,
        dashboard_path="connect/application_fees",
        list_path="/v1/application_fees",
        is_platform_owned=True,
    )

    account = fields.Reference(
        "Account",
        related_name="application_fees",
        help_text="The connected account that paid the fee.",
    )
    amount = fields.AmountField(help_text="What the platform earned.")
    application = fields.CodeField(
        source=("application", "application.id"),
        help_text="Id of the platform's application that took the fee.",
    )
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="application_fees",
        help_text="What the fee added to the platform's balance, refunds apart.",
    )
    charge = fields.Reference(
        "Charge",
        related_name="application_fees",
        lives_in="account",
        help_text="The charge that the fee was taken from.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this fee.")
    refunded = fields.FlagField(
        help_text="True once the whole fee was given back; a part is not enough."
    )
    amount_refunded = fields.PositiveAmountField(help_text="What was given back so far.")
    fee_source = fields.HashField(
        help_text="What the fee was taken from: a charge or a payout, with its id."
    )
    originating_transaction = fields.Reference(
        "Charge",
        related_name="originated_application_fees",
        help_text="The platform's own charge behind the fee, if the money was passed on at once.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the fee was taken.")

    def __str__(self) -> str:
        return money(self) or self.stripe_id


class ApplicationFeeRefund(StripeModel):
    """A platform's fee, or a part of it, given back to the connected account."""

    stripe = Resource(
        "fee_refund",
        area=Area.CONNECT,
        retrieve_path="/v1/application_fees/{fee_id}/refunds/{id}",
        is_platform_owned=True,
    )

    amount = fields.AmountField(help_text="What was given back.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="application_fee_refunds",
        help_text="What the refund took from the platform's balance.",
    )
    fee = fields.Reference(
        "ApplicationFee",
        related_name="refunds",
        parent_lists=("refunds",),
        help_text="The fee that was given back.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the fee was given back.")
