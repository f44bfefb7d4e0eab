from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .names import card_name
from .resource import Resource


class V2CoreVaultGbBankAccount(StripeModel):
    """A British bank account on file, for sending money to."""

    stripe = Resource(
        "v2.core.vault.gb_bank_account",
        list_path="/v2/core/vault/gb_bank_accounts",
        list_has_created_filter=False,
    )

    class BankAccountType(models.TextChoices):
        CHECKING = "checking"
        SAVINGS = "savings"

    archived = fields.FlagField(help_text="True once it was put away, and cannot be paid out to.")
    bank_account_type = fields.EnumField(
        choices=BankAccountType, help_text="Whether it is a current or a savings account."
    )
    bank_name = fields.StringField(help_text="Which bank the account is with.")
    last4 = fields.CodeField(help_text="Last four digits of its number, or of its IBAN.")
    restricted = fields.FlagField(help_text="True while Stripe lets no money move to or from it.")
    sort_code = fields.CodeField(help_text="British code of the bank and branch, six digits.")
    supported_currencies = fields.HashField(help_text="Currencies that the account takes.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT,
        db_index=True,
        help_text="When the bank account was put on file.",
    )

    def __str__(self) -> str:
        return card_name(self.bank_name, self.last4, "bank account") or self.stripe_id
