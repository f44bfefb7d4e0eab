from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryFinancialAccount(StripeModel):
    """An account that holds money for a platform's user, apart from the payments balance."""

    stripe = Resource("treasury.financial_account", list_path="/v1/treasury/financial_accounts")

    class Status(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"

    active_features = fields.HashField(help_text="Names of the features that work now.")
    balance = fields.HashField(
        help_text="What is at hand, coming in and held to go out, by currency in its smallest unit."
    )
    country = fields.CodeField(help_text="Two-letter code of the country that the account is in.")
    features = fields.Reference(
        "TreasuryFinancialAccountFeatures",
        related_name="treasury_financial_accounts",
        owned=True,
        on_request=True,
        help_text="How each feature of the account stands.",
    )
    financial_addresses = fields.HashField(
        help_text="The bank details by which others can reach the account."
    )
    is_default = fields.FlagField(
        help_text="Whether it is used where no financial account is named."
    )
    nickname = fields.StringField(help_text="The platform's or user's own name for the account.")
    pending_features = fields.HashField(
        help_text="Names of the features that were asked for and do not work yet."
    )
    platform_restrictions = fields.HashField(
        help_text="Whether the platform has stopped money from coming in or going out."
    )
    restricted_features = fields.HashField(help_text="Names of the features that are withheld.")
    status = fields.EnumField(choices=Status, help_text="Whether the account is open or closed.")
    status_details = fields.HashField(help_text="Why the account was closed, if it was.")
    supported_currencies = fields.HashField(
        help_text="Codes of the currencies that the account can hold."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the financial account was made.")

    def __str__(self) -> str:
        return self.nickname or self.stripe_id
