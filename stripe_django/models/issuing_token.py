from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingToken(StripeModel):
    """A stand-in for an issued card's number, made for a digital wallet."""

    stripe = Resource("issuing.token", list_path="/v1/issuing/tokens", list_parent="card")

    class Network(models.TextChoices):
        MASTERCARD = "mastercard"
        VISA = "visa"

    class Status(models.TextChoices):
        ACTIVE = "active"
        DELETED = "deleted"
        REQUESTED = "requested"
        SUSPENDED = "suspended"

    class WalletProvider(models.TextChoices):
        APPLE_PAY = "apple_pay"
        GOOGLE_PAY = "google_pay"
        SAMSUNG_PAY = "samsung_pay"

    card = fields.Reference(
        "IssuingCard", related_name="tokens", help_text="The issued card that the token stands for."
    )
    device_fingerprint = fields.CodeField(
        help_text="Hash of the device's id, as the card network knows it."
    )
    last4 = fields.CodeField(help_text="Last four digits of the token's own number.")
    network = fields.EnumField(choices=Network, help_text="Card network that provides the token.")
    network_data = fields.HashField(
        help_text="What the network and the wallet said about the device and the token."
    )
    network_updated_at = fields.TimestampField(
        help_text="When the card network last changed the token."
    )
    status = fields.EnumField(
        choices=Status,
        help_text="Whether the token can be used, is asked for, suspended or deleted.",
    )
    wallet_provider = fields.EnumField(
        choices=WalletProvider, help_text="Digital wallet that holds the token, if any."
    )
    created = fields.TimestampField(db_index=True, help_text="When the token was made.")
