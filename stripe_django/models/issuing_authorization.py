from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingAuthorization(StripeModel):
    """A merchant's request to charge an issued card, approved or declined."""

    stripe = Resource(
        "issuing.authorization",
        dashboard_path="issuing/authorizations",
        list_path="/v1/issuing/authorizations",
    )

    class AuthorizationMethod(models.TextChoices):
        CHIP = "chip"
        CONTACTLESS = "contactless"
        KEYED_IN = "keyed_in"
        ONLINE = "online"
        SWIPE = "swipe"

    class CardPresence(models.TextChoices):
        NOT_PRESENT = "not_present"
        PRESENT = "present"

    class Status(models.TextChoices):
        CLOSED = "closed"
        EXPIRED = "expired"
        PENDING = "pending"
        REVERSED = "reversed"

    class Wallet(models.TextChoices):
        APPLE_PAY = "apple_pay"
        GOOGLE_PAY = "google_pay"
        SAMSUNG_PAY = "samsung_pay"

    amount = fields.AmountField(
        source=("amount", "authorized_amount", "held_amount"),
        help_text="What was approved or declined.",
    )
    amount_details = fields.HashField(
        help_text="How much of it is a cash machine's fee or cashback, in the smallest unit of the"
        " currency."
    )
    approved = fields.FlagField(help_text="Whether the purchase was allowed.")
    authorization_method = fields.EnumField(
        choices=AuthorizationMethod,
        help_text="How the merchant got the card's details: by chip, online and so on.",
    )
    balance_transactions = fields.HashField(
        owned=False, help_text="What the authorisation did to the account's balance, as last seen."
    )
    card = fields.Reference(
        "IssuingCard",
        related_name="authorizations",
        owned=False,
        help_text="The issued card that was used.",
    )
    card_presence = fields.EnumField(
        choices=CardPresence, help_text="Whether the card itself was shown to the merchant."
    )
    cardholder = fields.Reference(
        "IssuingCardholder",
        related_name="authorizations",
        help_text="The person or business whose card was used.",
    )
    currency = fields.CurrencyField(
        source=("currency", "authorized_currency", "held_currency"),
        help_text="Currency of the cardholder, which may differ from the merchant's.",
    )
    fleet = fields.HashField(
        help_text="For a fleet card: what the driver entered and what was bought, as reported."
    )
    fraud_challenges = fields.HashField(
        help_text="Messages that asked the cardholder to confirm a purchase declined as too risky."
    )
    fuel = fields.HashField(
        help_text="Kind, quantity and unit cost of the fuel bought, often reported only afterwards."
    )
    merchant_amount = fields.AmountField(
        currency="merchant_currency", help_text="What was approved or declined."
    )
    merchant_currency = fields.CurrencyField(help_text="Currency that the merchant asked for.")
    merchant_data = fields.HashField(
        help_text="Who the merchant is: name, category, place and network numbers."
    )
    network_data = fields.HashField(
        help_text="Identifiers that the card network gave the authorisation."
    )
    pending_request = fields.HashField(
        help_text="The request that awaits a decision; only set in the webhook that requests it."
    )
    request_history = fields.HashField(
        help_text="Every earlier request, with the answer and the reason for it."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether it is still open, was closed or reversed, or ran out."
    )
    token = fields.Reference(
        "IssuingToken",
        related_name="authorizations",
        help_text="The wallet's token that stood for the card's number, if one did.",
    )
    transactions = fields.HashField(
        owned=False, help_text="The purchases and refunds that came of it, as last seen."
    )
    treasury = fields.HashField(
        help_text="Ids of what it moved on a Treasury financial account, if on one."
    )
    verification_data = fields.HashField(
        help_text="Whether the address, security code and expiry matched, and how 3-D Secure went."
    )
    verified_by_fraud_challenge = fields.FlagField(
        help_text="Whether fraud checks were skipped, as the cardholder had confirmed a similar"
        " purchase before."
    )
    wallet = fields.EnumField(
        choices=Wallet,
        source=("wallet", "wallet_provider"),
        help_text="Digital wallet that the card was used through, if any.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the authorisation was made.")
