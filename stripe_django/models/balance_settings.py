from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class BalanceSettings(StripeModel):
    """How an account's balance is kept, settled and paid out."""

    OBJECT_NAME = "balance_settings"
    AREA = Area.BALANCES
    SINGLE_PATH = "/v1/balance_settings"
    ID_FROM = ("mode",)

    payments = fields.HashField(
        help_text="Schedule of payouts, delay of settlement, and whether debts are collected from"
        " the bank."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "balance settings"
