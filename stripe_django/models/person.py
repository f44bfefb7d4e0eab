from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Person(StripeModel):
    """A person behind a connected account: an owner, a director, a representative."""

    stripe = Resource(
        "person",
        area=Area.CONNECT,
        list_path="/v1/accounts/{account_id}/persons",
        list_parent="account",
        list_has_created_filter=False,
        is_platform_owned=True,
    )

    class PoliticalExposure(models.TextChoices):
        EXISTING = "existing"
        NONE = "none"

    account = fields.Reference(
        "Account", related_name="persons", help_text="The account that the person stands behind."
    )
    additional_tos_acceptances = fields.HashField(
        help_text="When and where the person accepted Stripe's terms for the account."
    )
    address = fields.HashField(help_text="Where the person lives.")
    address_kana = fields.HashField(help_text="The person's Japanese address in kana.")
    address_kanji = fields.HashField(help_text="The person's Japanese address in kanji.")
    dob = fields.HashField(help_text="Day, month and year of birth.")
    email = fields.EmailField(help_text="The person's e-mail address.")
    first_name = fields.StringField(help_text="The person's first name.")
    first_name_kana = fields.StringField(help_text="The first name in kana, in Japan.")
    first_name_kanji = fields.StringField(help_text="The first name in kanji, in Japan.")
    full_name_aliases = fields.HashField(help_text="Other names that the person goes by.")
    future_requirements = fields.HashField(
        help_text="What will have to be handed in about the person once new rules apply."
    )
    gender = fields.CodeField(help_text="The person's gender.")
    id_number_provided = fields.FlagField(
        help_text="Whether Stripe was given the person's identity number, or the part it needs."
    )
    id_number_secondary_provided = fields.FlagField(
        help_text="Whether Stripe was given a second identity number, as some countries have."
    )
    last_name = fields.StringField(help_text="The person's family name.")
    last_name_kana = fields.StringField(help_text="The family name in kana, in Japan.")
    last_name_kanji = fields.StringField(help_text="The family name in kanji, in Japan.")
    maiden_name = fields.StringField(help_text="The person's family name before marriage.")
    nationality = fields.CodeField(
        help_text="Two-letter code of the country that the person is a citizen of."
    )
    phone = fields.StringField(help_text="The person's telephone number.")
    political_exposure = fields.EnumField(
        choices=PoliticalExposure,
        help_text="Whether the person, or a close relation, holds or held a high public office.",
    )
    registered_address = fields.HashField(
        help_text="The address that the person is registered at with the authorities."
    )
    relationship = fields.HashField(
        help_text="What the person is to the business, such as an owner, and with what share."
    )
    requirements = fields.HashField(
        help_text="What must still be handed in about the person, and by when."
    )
    ssn_last_4_provided = fields.FlagField(
        help_text="Whether Stripe was given the last four digits of the American social security"
        " number."
    )
    us_cfpb_data = fields.HashField(
        help_text="Ethnicity, race and gender, as the person stated them for American lending"
        " rules."
    )
    verification = fields.HashField(
        lives_in=fields.ELSEWHERE,
        help_text="How far the check of the person's identity has come, and the documents for it.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        db_index=True, help_text="When the person was recorded at Stripe."
    )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.stripe_id
