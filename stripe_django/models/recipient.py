from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .read_only import Link
from .resource import Resource


class Recipient(StripeModel):
    """A person or company that was paid through Stripe; replaced by connected accounts in 2017."""

    stripe = Resource("recipient", area=Area.FORMER)

    class Type(models.TextChoices):
        INDIVIDUAL = "individual"
        CORPORATION = "corporation"

    type = fields.EnumField(choices=Type, help_text="Whether this is a person or a company.")
    active_account = fields.HashField(help_text="The bank account that the money went to.")
    description = fields.TextField(help_text="The merchant's own note on the recipient.")
    email = fields.EmailField(help_text="The recipient's address.")
    name = fields.StringField(help_text="Full name of the person or company.")
    default_card = fields.Reference(
        "Card",
        related_name="default_card_recipients",
        help_text="The card that was paid to unless another was named.",
    )
    migrated_to = fields.CodeField(
        source=("migrated_to", "migrated_to.id"),
        help_text="Id of the account that took the recipient's place.",
    )
    cards: fields.Links = fields.Links(
        "Card",
        through="RecipientCard",
        related_name="recipients",
        help_text="The cards that could be paid to.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the recipient was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id


class RecipientCard(Link):
    """Names one card of a recipient."""

    recipient = fields.Reference(
        "Recipient",
        related_name="+",
        null=False,
        db_index=False,  # the constraint's index begins with it
        help_text="The recipient who had the card.",
    )
    card = fields.Reference(
        "Card", related_name="+", null=False, help_text="The card that the recipient had."
    )

    class Meta(Link.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "card"], name="stripe_django_recipient_card"
            )
        ]
