from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2CoreAccount(StripeModel):
    """A person or company that the merchant deals with, in the second API version."""

    stripe = Resource(
        "v2.core.account",
        list_path="/v2/core/accounts",
        list_has_created_filter=False,
        is_platform_owned=True,
    )

    class Dashboard(models.TextChoices):
        EXPRESS = "express"
        FULL = "full"
        NONE = "none"

    applied_configurations = fields.HashField(
        help_text="The roles that the account has: customer, merchant, recipient."
    )
    closed = fields.FlagField(help_text="True once the account was closed.")
    configuration = fields.HashField(
        help_text="Settings and capabilities of the account in each of its roles."
    )
    contact_email = fields.EmailField(help_text="Where the account is written to first.")
    contact_phone = fields.StringField(
        help_text="Phone number that the account is called on first."
    )
    dashboard = fields.EnumField(
        choices=Dashboard, help_text="Which Stripe dashboard the account's people can open, if any."
    )
    defaults = fields.HashField(
        help_text="Currency, languages, profile and responsibilities that hold for every role."
    )
    display_name = fields.StringField(
        help_text="Name of the account on the dashboard and on its invoices."
    )
    future_requirements = fields.HashField(
        help_text="What Stripe will ask for later, and from when on."
    )
    identity = fields.HashField(
        help_text="Who the person or company is: country, legal form, names and so on."
    )
    requirements = fields.HashField(help_text="What Stripe still needs to know, and by when.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the account was made."
    )

    def __str__(self) -> str:
        return self.display_name or self.contact_email or self.stripe_id
