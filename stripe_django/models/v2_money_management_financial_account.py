from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementFinancialAccount(StripeModel):
    """A balance at Stripe that money is kept on, and moved to and from."""

    stripe = Resource(
        "v2.money_management.financial_account",
        list_path="/v2/money_management/financial_accounts",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        PENDING = "pending"

    class Type(models.TextChoices):
        OTHER = "other"
        STORAGE = "storage"

    balance = fields.HashField(
        help_text="What is available, coming in and going out, by currency, in its smallest unit."
    )
    country = fields.CodeField(
        help_text="Two-letter code of the country where the account's owner is based."
    )
    display_name = fields.StringField(help_text="Name of the account on the dashboard.")
    other = fields.HashField(
        help_text="The real type, where the API version of the payload does not know it."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether money can be moved to and from the account."
    )
    storage = fields.HashField(
        help_text="Which currencies an account for keeping money can hold, and which are insured."
    )
    type = fields.EnumField(choices=Type, help_text="What the account is for.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the financial account was made."
    )

    def __str__(self) -> str:
        return self.display_name or self.stripe_id
