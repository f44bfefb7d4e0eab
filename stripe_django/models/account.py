from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import flag, text
from .resource import Resource


def is_custom(payload: Mapping[str, Any]) -> bool | None:
    kind = text(payload, "type")
    return None if kind is None else kind == "custom"


def type_of_managed(payload: Mapping[str, Any]) -> str | None:
    """Until 2017, there were accounts that the platform managed, and the others."""
    managed = flag(payload, "managed")
    return None if managed is None else "custom" if managed else "standard"


class Account(StripeModel):
    """A Stripe account: one's own, or one that is connected to one's platform."""

    stripe = Resource(
        "account",
        area=Area.CONNECT,
        dashboard_path="connect/accounts",
        list_path="/v1/accounts",
        singleton_path="/v1/account",
        is_platform_owned=True,
    )

    class BusinessType(models.TextChoices):
        COMPANY = "company"
        GOVERNMENT_ENTITY = "government_entity"
        INDIVIDUAL = "individual"
        NON_PROFIT = "non_profit"

    class Type(models.TextChoices):
        CUSTOM = "custom"
        EXPRESS = "express"
        NONE = "none"
        STANDARD = "standard"

    charges_enabled = fields.FlagField(
        source=("charges_enabled", "charge_enabled"),
        help_text="Whether the account may take payments.",
    )
    country = fields.CodeField(help_text="Two-letter code of the country the account is in.")
    currencies_supports = fields.HashField(
        source="currencies_supported",
        retired=True,
        help_text="Currencies the account can take payments in, in payloads of old API versions.",
    )
    default_currency = fields.CurrencyField(
        help_text="Currency the account uses where no other is named."
    )
    details_submitted = fields.FlagField(
        help_text="Whether the owner has handed in all the details asked for at the start."
    )
    transfers_enabled = fields.FlagField(
        source=("transfers_enabled", "transfer_enabled", "payouts_enabled"),
        retired=True,
        help_text="Whether Stripe pays this account's money out to its bank.",
    )
    display_name = fields.StringField(
        source=("display_name", "settings.dashboard.display_name"),
        retired=True,
        help_text="Name of the account in Stripe's dashboard.",
    )
    email = fields.IndexedEmailField(help_text="Address of the account's owner.")
    statement_descriptor = fields.TextField(
        source=("statement_descriptor", "settings.payments.statement_descriptor"),
        retired=True,
        help_text="What customers read on their statements unless the payment says otherwise.",
    )
    timezone = fields.CodeField(
        source=("timezone", "settings.dashboard.timezone"),
        retired=True,
        help_text="Time zone of the account's dashboard and reports, such as Europe/Vienna.",
    )
    business_name = fields.StringField(
        source=("business_name", "business_profile.name"),
        retired=True,
        help_text="Name under which the business is known to its customers.",
    )
    business_url = fields.URLField(
        source=("business_url", "business_profile.url"),
        retired=True,
        help_text="Website of the business.",
    )
    support_phone = fields.StringField(
        source=("support_phone", "business_profile.support_phone"),
        retired=True,
        help_text="Number that customers can call for help.",
    )
    managed = fields.FlagField(
        source=("managed", is_custom),
        retired=True,
        help_text="Whether the platform runs the account and its owner has no dashboard: a"
        " custom account.",
    )
    bank_accounts = fields.HashField(
        source=("bank_accounts", "external_accounts"),
        owned=True,
        retired=True,
        help_text="Bank accounts and cards that the money is paid out to.",
    )
    debit_negative_balances = fields.FlagField(
        source=("debit_negative_balances", "settings.payouts.debit_negative_balances"),
        retired=True,
        help_text="Whether Stripe may take a negative balance back from the bank account.",
    )
    decline_charge_on = fields.HashField(
        source=("decline_charge_on", "settings.card_payments.decline_on"),
        retired=True,
        help_text="Failed checks (CVC, postcode) for which Stripe declines a card at once.",
    )
    legal_entity = fields.HashField(
        lives_in=fields.ELSEWHERE,
        source=("legal_entity", "company", "individual"),
        retired=True,
        help_text="The company or person behind the account.",
    )
    product_description = fields.TextField(
        source=("product_description", "business_profile.product_description"),
        retired=True,
        help_text="What the business sells and how it charges for it.",
    )
    tos_acceptance = fields.HashField(
        help_text="When, and from where, the owner agreed to Stripe's terms."
    )
    transfer_schedule = fields.HashField(
        source=("transfer_schedule", "payout_schedule", "settings.payouts.schedule"),
        retired=True,
        help_text="How often, and how late, the balance is paid out.",
    )
    verification = fields.HashField(
        lives_in=fields.ELSEWHERE,
        source=("verification", "requirements"),
        retired=True,
        help_text="What Stripe still has to know about the account, and by when.",
    )
    business_profile = fields.HashField(
        help_text="How the business presents itself: name, website, trade and support contacts."
    )
    business_type = fields.EnumField(
        choices=BusinessType,
        source=("business_type", "legal_entity.type"),
        help_text="Legal form of the business, such as a company or an individual.",
    )
    capabilities = fields.HashField(
        help_text="What the account was asked to be able to do, by name, and whether it is active."
    )
    company = fields.HashField(
        lives_in=fields.ELSEWHERE,
        help_text="The company behind the account: its names, addresses, phone and proofs.",
    )
    controller = fields.HashField(
        help_text="Who runs the account, pays its fees and bears its losses."
    )
    future_requirements = fields.HashField(
        help_text="What Stripe will ask for from a coming date, and by when."
    )
    groups = fields.HashField(
        help_text="Groups that the platform put the account in, such as the one for its prices."
    )
    individual = fields.Reference(
        "Person",
        related_name="individual_accounts",
        owned=True,
        help_text="The person behind the account, where it is no company.",
    )
    payouts_enabled = fields.FlagField(
        source=("payouts_enabled", "transfers_enabled", "transfer_enabled"),
        help_text="Whether the account's money can be paid out.",
    )
    requirements = fields.HashField(
        source=("requirements", "verification"),
        help_text="Details that Stripe still needs, by when, and why the account is restricted.",
    )
    settings = fields.HashField(
        lives_in=fields.ELSEWHERE,
        help_text="Choices on branding, payments, payouts, invoices and the like.",
    )
    type = fields.EnumField(
        choices=Type,
        source=("type", type_of_managed),
        help_text="Kind of connected account, which says who deals with its owner.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the account was connected.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    class Meta(StripeModel.Meta):
        indexes = [models.Index(fields=["email"], name="stripe_account_email")]

    def __str__(self) -> str:
        names = (self.display_name, self.business_name, self.email)
        return next(filter(None, names), self.stripe_id)
