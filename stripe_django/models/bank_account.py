from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import flag
from .names import card_name
from .resource import Resource


def status_of_flags(payload: Mapping[str, Any]) -> str | None:
    """Until 2014, a bank account had a flag for each of these."""
    states = ("verified", "validated")
    if all(flag(payload, state) is None for state in states):
        return None
    return next((state for state in states if flag(payload, state)), "new")


class BankAccount(StripeModel):
    """A bank account that a customer pays from, or that an account is paid out to."""

    stripe = Resource("bank_account", area=Area.PAYMENTS)

    account = fields.Reference(
        "Account",
        related_name="external_bank_accounts",
        parent_lists=("external_accounts", "bank_accounts"),
        orphan_removal=True,
        help_text="The account that is paid out to this bank account.",
    )
    account_holder_name = fields.StringField(
        source=("account_holder_name", "name"),
        help_text="Whose bank account it is, by name.",
    )
    account_holder_type = fields.CodeField(
        help_text="Whether a person owns it (individual) or a business (company)."
    )
    account_type = fields.CodeField(
        help_text="Kind of bank account, such as checking or savings; in Japan futsu or toza."
    )
    available_payout_methods = fields.HashField(
        help_text="Ways a payout can reach it, such as standard or instant."
    )
    bank_name = fields.StringField(help_text="Name of the bank.")
    country = fields.CodeField(help_text="Two-letter code of the bank's country.")
    currency = fields.CurrencyField(help_text="Currency in which payouts reach the bank account.")
    customer = fields.Reference(
        "Customer",
        related_name="bank_accounts",
        parent_lists=("sources",),
        orphan_removal=True,
        help_text="The customer who pays from this bank account.",
    )
    default_for_currency = fields.FlagField(
        help_text="Whether payouts in its currency go here unless another is named."
    )
    fingerprint = fields.CodeField(
        help_text="Equal for all bank accounts with the same numbers in one Stripe account."
    )
    future_requirements = fields.HashField(
        help_text="Details of the bank account that Stripe will ask for from a coming date."
    )
    last4 = fields.CodeField(help_text="Last four digits of the number.")
    requirements = fields.HashField(
        help_text="Details of the bank account that Stripe still needs."
    )
    routing_number = fields.CodeField(
        help_text="Number that identifies the bank or branch in its country."
    )
    status = fields.CodeField(
        source=("status", status_of_flags),
        help_text="How far it is checked, such as new, verified or errored after a failed payout.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return card_name(self.bank_name, self.last4, "bank account") or self.stripe_id
