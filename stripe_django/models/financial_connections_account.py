from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .names import card_name
from .resource import Resource


class FinancialConnectionsAccount(StripeModel):
    """An account at a bank that its holder gave the merchant some access to."""

    stripe = Resource(
        "financial_connections.account",
        list_path="/v1/financial_connections/accounts",
        list_has_created_filter=False,
    )

    class Category(models.TextChoices):
        CASH = "cash"
        CREDIT = "credit"
        INVESTMENT = "investment"
        OTHER = "other"

    class Status(models.TextChoices):
        ACTIVE = "active"
        DISCONNECTED = "disconnected"
        INACTIVE = "inactive"

    class Subcategory(models.TextChoices):
        CHECKING = "checking"
        CREDIT_CARD = "credit_card"
        LINE_OF_CREDIT = "line_of_credit"
        MORTGAGE = "mortgage"
        OTHER = "other"
        SAVINGS = "savings"

    session = fields.Reference(
        "FinancialConnectionsSession",
        related_name="accounts",
        parent_lists=("accounts",),
        implicit=True,
        help_text="The session in which the account was linked, where it was seen in one.",
    )
    account_holder = fields.HashField(
        help_text="Whose account it is: a customer or a connected account."
    )
    account_numbers = fields.HashField(
        help_text="The types of account number, with their state and expected expiry."
    )
    balance = fields.HashField(
        help_text="What is in the account as last seen, by currency, in the smallest unit of each."
    )
    balance_refresh = fields.HashField(help_text="How the latest attempt to read the balance went.")
    category = fields.EnumField(
        choices=Category, help_text="Whether it is for cash, credit, investments or something else."
    )
    display_name = fields.StringField(help_text="What the holder or the bank calls the account.")
    institution_name = fields.StringField(help_text="The bank that has the account.")
    last4 = fields.CodeField(help_text="Last four digits of the account number.")
    ownership = fields.Reference(
        "FinancialConnectionsAccountOwnership",
        related_name="accounts",
        help_text="The latest list of the account's owners.",
    )
    ownership_refresh = fields.HashField(
        help_text="How the latest attempt to read the owners went."
    )
    permissions = fields.HashField(help_text="What the holder allows to be read.")
    status = fields.EnumField(choices=Status, help_text="Whether the account can still be read.")
    status_details = fields.HashField(
        help_text="Why the holder should link the account again, and whether it is needed."
    )
    subcategory = fields.EnumField(
        choices=Subcategory,
        help_text="Kind of account within its category, such as checking or mortgage.",
    )
    subscriptions = fields.HashField(help_text="What Stripe reads again and again by itself.")
    supported_payment_method_types = fields.HashField(
        help_text="Types of payment method that can be made from the account."
    )
    transaction_refresh = fields.HashField(
        help_text="How the latest attempt to read the transactions went."
    )
    created = fields.TimestampField(db_index=True, help_text="When the account was made.")

    def __str__(self) -> str:
        name = self.display_name or self.institution_name
        return card_name(name, self.last4, "account") or self.stripe_id
