from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import detail
from .names import card_name, words
from .resource import Resource


class PaymentMethod(StripeModel):
    """A means that a customer pays with: a card, a bank account, a wallet and so on."""

    stripe = Resource(
        "payment_method",
        area=Area.PAYMENTS,
        list_path="/v1/payment_methods",
        list_has_created_filter=False,
    )

    class AllowRedisplay(models.TextChoices):
        ALWAYS = "always"
        LIMITED = "limited"
        UNSPECIFIED = "unspecified"

    allow_redisplay = fields.EnumField(
        choices=AllowRedisplay,
        help_text="Whether its customer may be shown it again at a later checkout.",
    )
    billing_details = fields.HashField(
        help_text="Name, address, e-mail and telephone number of the person it belongs to."
    )
    customer = fields.Reference(
        "Customer",
        related_name="payment_methods",
        help_text="The customer whom it is saved for, if any.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="payment_methods",
        help_text="The customer, as an account of the second API version.",
    )
    radar_options = fields.HashField(
        help_text="What the fraud check goes by, such as the session in the customer's browser."
    )
    type = fields.CodeField(help_text="Its type, such as card or sepa_debit.")
    brand = fields.CodeField(source=detail("brand"), help_text="Brand of the card.")
    last4 = fields.CodeField(
        source=detail("last4"), help_text="Last four digits of the card or bank account."
    )
    exp_month = fields.IntegerField(
        source=detail("exp_month"), help_text="Last month the card is valid in, 1 to 12."
    )
    exp_year = fields.IntegerField(
        source=detail("exp_year"), help_text="Year of that month, four digits."
    )
    details = fields.VariantField(
        help_text="The details of its variant, under the key that the type names."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the payment method was made.")

    def __str__(self) -> str:
        return card_name(self.brand, self.last4) or words(self.type) or self.stripe_id
