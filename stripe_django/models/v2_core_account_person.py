from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2CoreAccountPerson(StripeModel):
    """An owner, director or representative of an account of the second API version."""

    stripe = Resource(
        "v2.core.account_person",
        list_path="/v2/core/accounts/{account_id}/persons",
        list_parent="account",
        list_has_created_filter=False,
        is_platform_owned=True,
    )

    class LegalGender(models.TextChoices):
        FEMALE = "female"
        MALE = "male"

    class PoliticalExposure(models.TextChoices):
        EXISTING = "existing"
        NONE = "none"

    account = fields.Reference(
        "V2CoreAccount",
        related_name="persons",
        help_text="The account that the person stands behind.",
    )
    additional_addresses = fields.HashField(
        help_text="Other addresses of the person, each with its purpose."
    )
    additional_names = fields.HashField(help_text="Other names of the person, such as aliases.")
    additional_terms_of_service = fields.HashField(
        help_text="When and from where the person accepted Stripe's terms."
    )
    address = fields.HashField(help_text="Where the person lives.")
    date_of_birth = fields.HashField(help_text="Day, month and year of the person's birth.")
    documents = fields.HashField(
        help_text="Files that were handed in as proof, such as a passport."
    )
    email = fields.EmailField(help_text="Where the person can be written to.")
    given_name = fields.StringField(help_text="What the person is called, family name apart.")
    id_numbers = fields.HashField(
        help_text="Which official numbers Stripe was given; the numbers themselves are not shown."
    )
    legal_gender = fields.EnumField(
        choices=LegalGender, help_text="Gender of the person in official papers."
    )
    nationalities = fields.HashField(
        help_text="Two-letter codes of the countries whose citizen the person is."
    )
    phone = fields.StringField(help_text="Number that the person can be called on.")
    political_exposure = fields.EnumField(
        choices=PoliticalExposure,
        help_text="Whether the person holds or held high public office, or is close to a person who"
        " does.",
    )
    relationship = fields.HashField(
        help_text="What the person is to the business: owner, director, representative, share in "
        "per cent."
    )
    script_addresses = fields.HashField(
        help_text="The address in Japanese writing, kana and kanji."
    )
    script_names = fields.HashField(help_text="The name in Japanese writing, kana and kanji.")
    surname = fields.StringField(help_text="Family name of the person.")
    updated = fields.TimestampField(
        unit=fields.Unit.TEXT, help_text="When the person's details last changed."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the person was made."
    )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given_name, self.surname))) or self.stripe_id
