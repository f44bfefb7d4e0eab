from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django import fields

from .base import StripeModel
from .sources import text


def is_custom(payload: Mapping[str, Any]) -> bool | None:
    kind = text(payload, "type")
    return None if kind is None else kind == "custom"


class Account(StripeModel):
    """A Stripe account: one's own, or one that is connected to one's platform."""

    OBJECT_NAME = "account"
    LIST_PATH = "/v1/accounts"
    SINGLE_PATH = "/v1/account"

    charges_enabled = fields.FlagField(help_text="Whether the account may take payments.")
    country = fields.CodeField(help_text="Two-letter code of the country the account is in.")
    currencies_supports = fields.HashField(
        source="currencies_supported",
        help_text="Currencies the account can take payments in, in payloads of old API versions.",
    )
    default_currency = fields.CurrencyField(
        help_text="Currency the account uses where no other is named."
    )
    details_submitted = fields.FlagField(
        help_text="Whether the owner has handed in all the details asked for at the start."
    )
    transfers_enabled = fields.FlagField(
        source=("transfers_enabled", "payouts_enabled"),
        help_text="Whether Stripe pays this account's money out to its bank.",
    )
    display_name = fields.StringField(
        source=("display_name", "settings.dashboard.display_name"),
        help_text="Name of the account in Stripe's dashboard.",
    )
    email = fields.EmailField(help_text="Address of the account's owner.")
    statement_descriptor = fields.TextField(
        source=("statement_descriptor", "settings.payments.statement_descriptor"),
        help_text="What customers read on their statements unless the payment says otherwise.",
    )
    timezone = fields.CodeField(
        source=("timezone", "settings.dashboard.timezone"),
        help_text="Time zone of the account's dashboard and reports, such as Europe/Vienna.",
    )
    business_name = fields.StringField(
        source=("business_name", "business_profile.name"),
        help_text="Name under which the business is known to its customers.",
    )
    business_url = fields.URLField(
        source=("business_url", "business_profile.url"), help_text="Website of the business."
    )
    support_phone = fields.StringField(
        source=("support_phone", "business_profile.support_phone"),
        help_text="Number that customers can call for help.",
    )
    managed = fields.FlagField(
        source=("managed", is_custom),
        help_text="Whether the platform runs the account and its owner has no dashboard: a"
        " custom account.",
    )
    bank_accounts = fields.HashField(
        source=("bank_accounts", "external_accounts"),
        part=True,
        help_text="Bank accounts and cards that the money is paid out to.",
    )
    debit_negative_balances = fields.FlagField(
        source=("debit_negative_balances", "settings.payouts.debit_negative_balances"),
        help_text="Whether Stripe may take a negative balance back from the bank account.",
    )
    decline_charge_on = fields.HashField(
        source=("decline_charge_on", "settings.card_payments.decline_on"),
        help_text="Failed checks (CVC, postcode) for which Stripe declines a card at once.",
    )
    legal_entity = fields.HashField(
        source=("legal_entity", "company", "individual"),
        help_text="The company or person behind the account.",
    )
    product_description = fields.TextField(
        source=("product_description", "business_profile.product_description"),
        help_text="What the business sells and how it charges for it.",
    )
    tos_acceptance = fields.HashField(
        help_text="When, and from where, the owner agreed to Stripe's terms."
    )
    transfer_schedule = fields.HashField(
        source=("transfer_schedule", "settings.payouts.schedule"),
        help_text="How often, and how late, the balance is paid out.",
    )
    verification = fields.HashField(
        source=("verification", "requirements"),
        help_text="What Stripe still has to know about the account, and by when.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.display_name or self.business_name or self.stripe_id
