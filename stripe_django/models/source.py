from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import words
from .resource import Resource


class Source(StripeModel):
    """A means of payment from the older Sources API, such as a bank debit or a wallet."""

    stripe = Resource("source", area=Area.PAYMENTS, retrieve_path="/v1/sources/{id}")

    class AllowRedisplay(models.TextChoices):
        ALWAYS = "always"
        LIMITED = "limited"
        UNSPECIFIED = "unspecified"

    class Type(models.TextChoices):
        ACH_CREDIT_TRANSFER = "ach_credit_transfer"
        ACH_DEBIT = "ach_debit"
        ACSS_DEBIT = "acss_debit"
        ALIPAY = "alipay"
        AU_BECS_DEBIT = "au_becs_debit"
        BANCONTACT = "bancontact"
        CARD = "card"
        CARD_PRESENT = "card_present"
        EPS = "eps"
        GIROPAY = "giropay"
        IDEAL = "ideal"
        KLARNA = "klarna"
        MULTIBANCO = "multibanco"
        P24 = "p24"
        SEPA_CREDIT_TRANSFER = "sepa_credit_transfer"
        SEPA_DEBIT = "sepa_debit"
        SOFORT = "sofort"
        THREE_D_SECURE = "three_d_secure"
        WECHAT = "wechat"

    allow_redisplay = fields.EnumField(
        choices=AllowRedisplay, help_text="Whether a checkout may offer it to the customer again."
    )
    amount = fields.AmountField(help_text="What can be charged to it, if that is fixed.")
    code_verification = fields.HashField(
        help_text="Whether the customer has entered the right code, and how many tries are left."
    )
    currency = fields.CurrencyField(
        help_text="Currency that it can be charged in; unset if that is open."
    )
    customer = fields.Reference(
        "Customer",
        related_name="payment_sources",
        parent_lists=("sources",),
        orphan_removal=True,
        help_text="The customer that the source is kept for, if any.",
    )
    flow = fields.CodeField(
        help_text="How the customer approves it: redirect, receiver, code_verification or none."
    )
    owner = fields.HashField(
        help_text="Name and addresses of the owner, as entered and as verified."
    )
    receiver = fields.HashField(
        help_text="Where the customer sends the money, and what has come and gone so far."
    )
    redirect = fields.HashField(
        help_text="Where the customer is sent to approve it, and how that ended."
    )
    source_order = fields.HashField(
        help_text="What is bought: the items, their total and where they are sent."
    )
    statement_descriptor = fields.StringField(
        help_text="What the customer reads on the statement for each charge."
    )
    status = fields.CodeField(
        help_text="How it stands: pending, chargeable, consumed, failed or canceled."
    )
    type = fields.EnumField(choices=Type, help_text="Kind of payment method.")
    usage = fields.CodeField(
        help_text="Whether it can be charged again (reusable) or only once (single_use)."
    )
    details = fields.VariantField(
        help_text="The details of its variant, under the key that the type names."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the source was made.")

    def __str__(self) -> str:
        return words(self.type) or self.stripe_id
