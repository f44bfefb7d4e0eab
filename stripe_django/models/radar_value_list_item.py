from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class RadarValueListItem(StripeModel):
    """One entry of a list that the fraud rules look things up in."""

    stripe = Resource("radar.value_list_item", retrieve_path="/v1/radar/value_list_items/{id}")

    created_by = fields.StringField(
        help_text="Name or e-mail address of the person who put the entry on the list."
    )
    value = fields.StringField(
        help_text="What is listed, such as an e-mail address, a country or a card's fingerprint."
    )
    value_list = fields.Reference(
        "RadarValueList",
        related_name="list_items",
        parent_lists=("list_items",),
        orphan_removal=True,
        source=("value_list", "list"),
        help_text="The list that the entry is on.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the entry was made.")

    def __str__(self) -> str:
        return self.value or self.stripe_id
