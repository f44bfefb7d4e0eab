from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class FileLink(StripeModel):
    """A web address from which everyone who knows it can download a file."""

    stripe = Resource("file_link", area=Area.DEVELOPERS, list_path="/v1/file_links")

    expired = fields.FlagField(help_text="True once the address no longer works.")
    expires_at = fields.TimestampField(
        help_text="When the address stops working; unset if it never does."
    )
    file = fields.Reference(
        "FileUpload",
        related_name="links",
        parent_lists=("links",),
        help_text="The file that can be downloaded.",
    )
    url = fields.URLField(help_text="The address itself, which needs no password.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the link was made.")
