from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import card_name
from .resource import Resource


class Card(StripeModel):
    """A payment card that is kept for a customer, or that an account is paid out to."""

    stripe = Resource(
        "card", area=Area.PAYMENTS, retrieve_path="/v1/customers/{customer_id}/sources/{id}"
    )

    class Funding(models.TextChoices):
        CREDIT = "credit"
        DEBIT = "debit"
        PREPAID = "prepaid"
        UNKNOWN = "unknown"

    class Check(models.TextChoices):
        PASS = "pass"
        FAIL = "fail"
        UNAVAILABLE = "unavailable"
        UNCHECKED = "unchecked"

    class AllowRedisplay(models.TextChoices):
        ALWAYS = "always"
        LIMITED = "limited"
        UNSPECIFIED = "unspecified"

    class RegulatedStatus(models.TextChoices):
        REGULATED = "regulated"
        UNREGULATED = "unregulated"

    brand = fields.CodeField(
        source=("brand", "type"),
        help_text="Network of the card, such as Visa.",
    )
    exp_month = fields.IntegerField(help_text="Last month the card is valid in, 1 to 12.")
    exp_year = fields.IntegerField(help_text="Year of that month, four digits.")
    funding = fields.EnumField(choices=Funding, help_text="Where the card's money comes from.")
    last4 = fields.CodeField(help_text="Last four digits of the card's number.")
    address_city = fields.StringField(help_text="Town of the billing address.")
    address_country = fields.StringField(help_text="Country of the billing address, as entered.")
    address_line1 = fields.StringField(help_text="Street, or first line, of the billing address.")
    address_line1_check = fields.EnumField(
        choices=Check, help_text="Whether the bank confirmed the first address line."
    )
    address_line2 = fields.StringField(help_text="Second line of the billing address.")
    address_state = fields.StringField(help_text="State or province of the billing address.")
    address_zip = fields.StringField(help_text="Postcode of the billing address.")
    address_zip_check = fields.EnumField(
        choices=Check, help_text="Whether the bank confirmed the postcode."
    )
    country = fields.CodeField(help_text="Two-letter code of the country that issued the card.")
    customer = fields.Reference(
        "Customer",
        related_name="cards",
        parent_lists=("sources", "cards"),
        orphan_removal=True,
        help_text="The customer that the card is kept for; unset for an account's card.",
    )
    cvc_check = fields.EnumField(
        choices=Check, help_text="Whether the bank confirmed the security code."
    )
    dynamic_last4 = fields.CodeField(
        help_text="Last four digits of the device's own number, where a wallet such as Apple Pay"
        " made one."
    )
    name = fields.StringField(help_text="The cardholder's name.")
    fingerprint = fields.CodeField(
        help_text="Equal for all cards with the same number in one Stripe account."
    )
    account = fields.Reference(
        "Account",
        related_name="cards",
        parent_lists=("external_accounts",),
        orphan_removal=True,
        help_text="The account that is paid out to this card.",
    )
    allow_redisplay = fields.EnumField(
        choices=AllowRedisplay,
        help_text="Whether a checkout may offer the card to its customer again.",
    )
    available_payout_methods = fields.HashField(
        help_text="Ways a payout can reach it, such as standard or instant."
    )
    currency = fields.CurrencyField(
        help_text="Currency that is paid out to the card, where an account owns it."
    )
    default_for_currency = fields.FlagField(
        help_text="Whether payouts in its currency go here unless another is named."
    )
    description = fields.StringField(
        help_text="Kind of card that the issuer gives out in this range of numbers; seldom sent."
    )
    iin = fields.CodeField(
        help_text="Digits of the card's number that identify the issuer; seldom sent."
    )
    issuer = fields.StringField(help_text="Name of the bank that issued the card; seldom sent.")
    networks = fields.HashField(
        help_text="Which network is preferred where the card belongs to several."
    )
    regulated_status = fields.EnumField(
        choices=RegulatedStatus, help_text="Whether the law caps the fees of the card's issuer."
    )
    status = fields.CodeField(
        help_text="Whether payouts to it work: new, or errored once one has failed."
    )
    tokenization_method = fields.CodeField(
        help_text="Wallet that stands in for the card's number, such as apple_pay."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return card_name(self.brand, self.last4, "card") or self.stripe_id
