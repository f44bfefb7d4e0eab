from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingCardholder(StripeModel):
    """A person or business that the account issues cards to."""

    stripe = Resource(
        "issuing.cardholder",
        dashboard_path="issuing/cardholders",
        list_path="/v1/issuing/cardholders",
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        BLOCKED = "blocked"
        INACTIVE = "inactive"

    class Type(models.TextChoices):
        COMPANY = "company"
        INDIVIDUAL = "individual"

    billing = fields.HashField(help_text="The cardholder's billing address.")
    company = fields.HashField(help_text="For a business: whether its business number was given.")
    email = fields.IndexedEmailField(help_text="Where the cardholder gets e-mail.")
    individual = fields.HashField(
        help_text="For a person: name, date of birth, identity documents and acceptance of the"
        " terms."
    )
    name = fields.StringField(help_text="The cardholder's name, as printed on the cards.")
    phone_number = fields.StringField(
        help_text="The cardholder's telephone, needed for cards in Europe."
    )
    preferred_locales = fields.HashField(
        help_text="Languages for messages to the cardholder, the best liked first."
    )
    requirements = fields.HashField(
        help_text="What is still missing about the cardholder, and what that blocks."
    )
    spending_controls = fields.HashField(
        source=("spending_controls", "authorization_controls"),
        help_text="Limits on how much, where and on what all the cardholder's cards may spend.",
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether purchases with the cardholder's cards can be approved."
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether the cardholder is a person or a company."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the cardholder was made.")

    class Meta(StripeModel.Meta):
        indexes = [models.Index(fields=["email"], name="stripe_cardholder_email")]

    def __str__(self) -> str:
        return self.name or self.stripe_id
