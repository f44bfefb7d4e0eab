from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SourceTransaction(StripeModel):
    """One sum that a customer sent to a source that waits for transfers."""

    stripe = Resource(
        "source_transaction",
        area=Area.PAYMENTS,
        list_path="/v1/sources/{source_id}/source_transactions",
        list_parent="source",
        list_has_created_filter=False,
    )

    class Type(models.TextChoices):
        ACH_CREDIT_TRANSFER = "ach_credit_transfer"
        ACH_DEBIT = "ach_debit"
        ALIPAY = "alipay"
        BANCONTACT = "bancontact"
        CARD = "card"
        CARD_PRESENT = "card_present"
        EPS = "eps"
        GIROPAY = "giropay"
        IDEAL = "ideal"
        KLARNA = "klarna"
        MULTIBANCO = "multibanco"
        P24 = "p24"
        SEPA_DEBIT = "sepa_debit"
        SOFORT = "sofort"
        THREE_D_SECURE = "three_d_secure"
        WECHAT = "wechat"

    ach_credit_transfer = fields.HashField(
        help_text="The sender's bank account, where the money came by ACH."
    )
    amount = fields.AmountField(help_text="What the customer sent.")
    chf_credit_transfer = fields.HashField(
        help_text="The sender and the reference, where the money came as a transfer in Swiss"
        " francs."
    )
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    gbp_credit_transfer = fields.HashField(
        help_text="The sender and the reference, where the money came as a transfer in pounds."
    )
    paper_check = fields.HashField(
        help_text="When the money is available and which invoices are meant, where it came by"
        " cheque."
    )
    sepa_credit_transfer = fields.HashField(
        help_text="The sender and the reference, where the money came as a SEPA transfer."
    )
    source = fields.Reference(
        "Source", related_name="transactions", help_text="The source that the money was sent to."
    )
    status = fields.CodeField(
        help_text="How far the transfer has come: pending, succeeded or failed."
    )
    type = fields.EnumField(choices=Type, help_text="Kind of payment method of the source.")
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")
