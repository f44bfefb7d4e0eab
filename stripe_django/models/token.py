from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Token(StripeModel):
    """A stand-in, good for one use, for card or bank details that never reached the merchant."""

    stripe = Resource("token", area=Area.PAYMENTS, retrieve_path="/v1/tokens/{id}")

    class Type(models.TextChoices):
        ACCOUNT = "account"
        BANK_ACCOUNT = "bank_account"
        CARD = "card"
        CVC_UPDATE = "cvc_update", "CVC update"
        PERSON = "person"
        PII = "pii", "PII"

    type = fields.EnumField(choices=Type, help_text="What the token stands for.")
    used = fields.FlagField(help_text="Whether it was used; it works only once.")
    bank_account = fields.HashField(
        owned=False, help_text="The bank account that it stands for, if it is one."
    )
    card = fields.HashField(owned=False, help_text="The card that it stands for, if it is one.")
    client_ip = fields.CodeField(help_text="IP address of the browser or app that made the token.")
    created = fields.TimestampField(db_index=True, help_text="When the token was made.")
