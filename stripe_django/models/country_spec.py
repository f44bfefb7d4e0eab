from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CountrySpec(StripeModel):
    """What Stripe supports in one country, and what it requires of accounts there."""

    stripe = Resource(
        "country_spec",
        area=Area.CONNECT,
        list_path="/v1/country_specs",
        list_has_created_filter=False,
        is_global=True,
    )

    default_currency = fields.CurrencyField(
        help_text="Currency that payments and bank accounts have there unless another is named."
    )
    supported_bank_account_currencies = fields.HashField(
        help_text="Currencies that can be paid out, each with the countries of the bank accounts."
    )
    supported_payment_currencies = fields.HashField(
        help_text="Currencies that accounts in the country can be paid in."
    )
    supported_payment_methods = fields.HashField(
        help_text="Kinds of payment that the country has, some only after they are switched on."
    )
    supported_transfer_countries = fields.HashField(
        help_text="Countries that an account there can send transfers to."
    )
    verification_fields = fields.HashField(
        help_text="Details needed to verify a company or a person there, at first and later on."
    )
