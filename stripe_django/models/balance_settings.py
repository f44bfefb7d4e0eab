from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class BalanceSettings(StripeModel):
    """How the balance of an account is held, becomes available and is paid out."""

    stripe = Resource(
        "balance_settings",
        area=Area.BALANCES,
        id_from=("mode",),
        singleton_path="/v1/balance_settings",
    )

    payments = fields.HashField(
        help_text="Schedule of payouts, delay of settlement, and whether debts are collected from"
        " the bank."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "balance settings"
