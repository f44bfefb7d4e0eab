from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class FileUpload(StripeModel):
    """A file at Stripe: an upload such as a receipt, or a report that Stripe made."""

    stripe = Resource(
        "file", former_names=("file_upload",), area=Area.DEVELOPERS, list_path="/v1/files"
    )

    purpose = fields.CodeField(help_text="What the file is for, such as dispute_evidence.")
    size = fields.IntegerField(help_text="Size of the file in bytes.")
    type = fields.CodeField(help_text="Format of the file, such as pdf or png.")
    url = fields.URLField(help_text="Where the file can be downloaded with the secret key.")
    expires_at = fields.TimestampField(help_text="When the file stops being available.")
    filename = fields.StringField(help_text="Name to save the file under.")
    title = fields.StringField(help_text="What the document is called, for readers.")
    created = fields.TimestampField(db_index=True, help_text="When the file was made.")

    def __str__(self) -> str:
        return self.title or self.filename or self.stripe_id
