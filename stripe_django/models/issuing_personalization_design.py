from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingPersonalizationDesign(StripeModel):
    """The look of a line of physical cards: bundle, logo and carrier letter."""

    stripe = Resource(
        "issuing.personalization_design",
        list_path="/v1/issuing/personalization_designs",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"
        REJECTED = "rejected"
        REVIEW = "review"

    card_logo = fields.Reference(
        "FileUpload",
        related_name="issuing_personalization_designs",
        help_text="The uploaded image of the logo on the card.",
    )
    carrier_text = fields.HashField(
        help_text="Header and footer of the letter that carries the card."
    )
    lookup_key = fields.CodeField(help_text="The merchant's own key to find the design by.")
    name = fields.StringField(help_text="Name of the design, for readers.")
    physical_bundle = fields.Reference(
        "IssuingPhysicalBundle",
        related_name="personalization_designs",
        help_text="The card stock, letter and envelope that the design uses.",
    )
    preferences = fields.HashField(
        help_text="Whether the design is used when a card names none, here or by the platform."
    )
    rejection_reasons = fields.HashField(
        help_text="Why the logo or the text of the letter was turned down."
    )
    status = fields.EnumField(
        choices=Status,
        help_text="Whether cards can be made with the design, or it is under review or rejected.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the design was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
