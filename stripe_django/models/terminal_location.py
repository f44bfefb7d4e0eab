from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TerminalLocation(StripeModel):
    """A place, such as a shop, where card readers are used."""

    stripe = Resource(
        "terminal.location",
        dashboard_path="terminal/locations",
        list_path="/v1/terminal/locations",
        list_has_created_filter=False,
    )

    address = fields.HashField(help_text="Where the place is.")
    address_kana = fields.HashField(help_text="The address in Kana, for places in Japan.")
    address_kanji = fields.HashField(help_text="The address in Kanji, for places in Japan.")
    configuration_overrides = fields.Reference(
        "TerminalConfiguration",
        related_name="locations",
        help_text="The configuration that readers here use in place of the account's default.",
    )
    display_name = fields.StringField(help_text="The merchant's name for the place.")
    display_name_kana = fields.StringField(help_text="That name in Kana, for places in Japan.")
    display_name_kanji = fields.StringField(help_text="That name in Kanji, for places in Japan.")
    phone = fields.StringField(help_text="Telephone number of the place.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.display_name or self.stripe_id
