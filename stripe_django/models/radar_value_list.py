from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class RadarValueList(StripeModel):
    """Values, such as e-mail addresses, that the merchant's fraud rules refer to."""

    stripe = Resource("radar.value_list", list_path="/v1/radar/value_lists")

    class ItemType(models.TextChoices):
        ACCOUNT = "account"
        CARD_BIN = "card_bin"
        CARD_FINGERPRINT = "card_fingerprint"
        CASE_SENSITIVE_STRING = "case_sensitive_string"
        COUNTRY = "country"
        CRYPTO_FINGERPRINT = "crypto_fingerprint"
        CUSTOMER_ID = "customer_id"
        EMAIL = "email"
        IP_ADDRESS = "ip_address"
        SEPA_DEBIT_FINGERPRINT = "sepa_debit_fingerprint"
        STRING = "string"
        US_BANK_ACCOUNT_FINGERPRINT = "us_bank_account_fingerprint"

    alias = fields.CodeField(help_text="What rules call the list by.")
    created_by = fields.StringField(
        help_text="Name or e-mail address of the person who made the list."
    )
    item_type = fields.EnumField(choices=ItemType, help_text="The type of the values in the list.")
    name = fields.StringField(help_text="What people call the list.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the list was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
