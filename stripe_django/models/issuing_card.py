from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .names import card_name
from .resource import Resource


class IssuingCard(StripeModel):
    """A physical or virtual payment card that the account issued to a cardholder."""

    stripe = Resource("issuing.card", dashboard_path="issuing/cards", list_path="/v1/issuing/cards")

    class CancellationReason(models.TextChoices):
        DESIGN_REJECTED = "design_rejected"
        FULFILLMENT_ERROR = "fulfillment_error"
        LOST = "lost"
        STOLEN = "stolen"

    class ReplacementReason(models.TextChoices):
        DAMAGED = "damaged"
        EXPIRED = "expired"
        FULFILLMENT_ERROR = "fulfillment_error"
        LOST = "lost"
        STOLEN = "stolen"

    class Status(models.TextChoices):
        ACTIVE = "active"
        CANCELED = "canceled"
        INACTIVE = "inactive"

    class Type(models.TextChoices):
        PHYSICAL = "physical"
        VIRTUAL = "virtual"

    brand = fields.CodeField(help_text="Network of the card, such as Visa.")
    cancellation_reason = fields.EnumField(
        choices=CancellationReason, help_text="Why the card was cancelled."
    )
    cardholder = fields.Reference(
        "IssuingCardholder",
        related_name="cards",
        owned=False,
        help_text="The person or business that the card was issued to.",
    )
    currency = fields.CurrencyField(help_text="Currency that the card spends.")
    exp_month = fields.IntegerField(help_text="Last month the card is valid in, 1 to 12.")
    exp_year = fields.IntegerField(help_text="Year of that month, four digits.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="issuing_cards",
        help_text="The financial account that the card spends from.",
    )
    last4 = fields.CodeField(help_text="Last four digits of the card's number.")
    latest_fraud_warning = fields.HashField(
        help_text="Newest sign that the card's details leaked, and since when, in Unix seconds."
    )
    lifecycle_controls = fields.HashField(
        help_text="When the card is cancelled by itself, such as after some payments."
    )
    personalization_design = fields.Reference(
        "IssuingPersonalizationDesign",
        related_name="cards",
        help_text="The design that the physical card is printed with.",
    )
    replaced_by = fields.Reference(
        "IssuingCard",
        related_name="replaced_cards",
        help_text="The newest card that took this one's place.",
    )
    replacement_for = fields.Reference(
        "IssuingCard",
        related_name="replacement_cards",
        help_text="The earlier card that this one took the place of.",
    )
    replacement_reason = fields.EnumField(
        choices=ReplacementReason, help_text="Why the earlier card had to be replaced."
    )
    second_line = fields.StringField(
        help_text="Further line printed on the card besides the cardholder's name."
    )
    shipping = fields.HashField(
        help_text="Where the physical card is sent, how, and how far it has come."
    )
    spending_controls = fields.HashField(
        source=("spending_controls", "authorization_controls"),
        help_text="Limits on how much, where and on what the card may spend.",
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the card can be used, is not active, or was cancelled."
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether there is a card to hold or only its number."
    )
    wallets = fields.HashField(
        help_text="Whether the card can be added to Apple Pay and Google Pay."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the card was made.")

    def __str__(self) -> str:
        return card_name(self.brand, self.last4, "card") or self.stripe_id
