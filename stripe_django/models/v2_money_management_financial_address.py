from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementFinancialAddress(StripeModel):
    """Bank details under which others can pay into a financial account."""

    stripe = Resource(
        "v2.money_management.financial_address",
        list_path="/v2/money_management/financial_addresses",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"
        FAILED = "failed"
        PENDING = "pending"

    class Type(models.TextChoices):
        BANK_ACCOUNT = "bank_account"

    bank_account = fields.HashField(
        help_text="The bank details to pay to, under the key that their type names."
    )
    financial_account = fields.Reference(
        "V2MoneyManagementFinancialAccount",
        related_name="financial_addresses",
        help_text="The financial account that payments there arrive in.",
    )
    settlement_currency = fields.CurrencyField(
        help_text="Currency in which what is paid there reaches the balance."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the address can be paid to yet, or still."
    )
    type = fields.EnumField(
        choices=Type, help_text="The type of address; so far always bank details."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the address was made."
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "v2 money management financial addresses"
