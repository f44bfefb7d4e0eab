from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .names import card_name
from .resource import Resource


class V2CoreVaultUsBankAccount(StripeModel):
    """An American bank account on file, for moving money to and from."""

    stripe = Resource(
        "v2.core.vault.us_bank_account",
        list_path="/v2/core/vault/us_bank_accounts",
        list_has_created_filter=False,
    )

    class BankAccountType(models.TextChoices):
        CHECKING = "checking"
        SAVINGS = "savings"

    archived = fields.FlagField(help_text="True once it was put away, and is no longer used.")
    bank_account_type = fields.EnumField(
        choices=BankAccountType, help_text="Whether it is a current or a savings account."
    )
    bank_name = fields.StringField(
        help_text="Which bank the account is with, going by the routing number."
    )
    fedwire_routing_number = fields.CodeField(help_text="Number of the bank for wire transfers.")
    financial_connections_account = fields.Reference(
        "FinancialConnectionsAccount",
        related_name="us_bank_accounts",
        help_text="The linked account that the bank details were taken from, if any.",
    )
    last4 = fields.CodeField(help_text="Last four digits of the account number.")
    restricted = fields.FlagField(help_text="True while Stripe lets no money move to or from it.")
    routing_number = fields.CodeField(help_text="Number of the bank for ACH transfers.")
    supported_currencies = fields.HashField(help_text="Currencies that the account takes.")
    verification = fields.HashField(
        help_text="Whether the account was verified, and how test deposits stand."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT,
        db_index=True,
        help_text="When the bank account was put on file.",
    )

    def __str__(self) -> str:
        return card_name(self.bank_name, self.last4, "bank account") or self.stripe_id
