from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingTransaction(StripeModel):
    """Money that an issued card moved: a completed purchase or a refund of one."""

    stripe = Resource(
        "issuing.transaction",
        dashboard_path="issuing/transactions",
        list_path="/v1/issuing/transactions",
    )

    class Type(models.TextChoices):
        CAPTURE = "capture"
        REFUND = "refund"

    class Wallet(models.TextChoices):
        APPLE_PAY = "apple_pay"
        GOOGLE_PAY = "google_pay"
        SAMSUNG_PAY = "samsung_pay"

    amount = fields.AmountField(help_text="What it did to the balance; negative for a purchase.")
    amount_details = fields.HashField(
        help_text="How much of it is a cash machine's fee or cashback, in the smallest unit of the"
        " currency."
    )
    authorization = fields.Reference(
        "IssuingAuthorization",
        related_name="issuing_transactions",
        help_text="The authorisation that allowed it.",
    )
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="issuing_transactions",
        help_text="The entry it made in the account's balance.",
    )
    card = fields.Reference(
        "IssuingCard", related_name="transactions", help_text="The issued card that was used."
    )
    cardholder = fields.Reference(
        "IssuingCardholder",
        related_name="transactions",
        help_text="The person or business whose card was used.",
    )
    currency = fields.CurrencyField(
        help_text="Currency of the amounts of this transaction, the merchant's apart."
    )
    dispute = fields.Reference(
        "IssuingDispute",
        related_name="transactions",
        help_text="The dispute about it, if there is one.",
    )
    merchant_amount = fields.AmountField(
        currency="merchant_currency", help_text="What the merchant gets or gives back."
    )
    merchant_currency = fields.CurrencyField(help_text="Currency that the merchant deals in.")
    merchant_data = fields.HashField(
        help_text="Who the merchant is: name, category, place and network numbers."
    )
    network_data = fields.HashField(
        help_text="Authorisation code, processing date and id that the card network gave it."
    )
    purchase_details = fields.HashField(
        on_request=True,
        help_text="What was bought, if the merchant sent it: fuel, flight, lodging or items of a"
        " receipt.",
    )
    token = fields.Reference(
        "IssuingToken",
        related_name="transactions",
        help_text="The wallet's token that stood for the card's number, if one did.",
    )
    treasury = fields.HashField(
        help_text="Ids of what it moved on a Treasury financial account, if on one."
    )
    type = fields.EnumField(choices=Type, help_text="Whether it is a purchase or a refund.")
    wallet = fields.EnumField(
        choices=Wallet, help_text="Digital wallet that the card was used through, if any."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the transaction was made.")
