from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class AppsSecret(StripeModel):
    """A secret that a Stripe app keeps with Stripe; its value is not mirrored."""

    stripe = Resource(
        "apps.secret",
        list_path="/v1/apps/secrets",
        list_params={"scope": {"type": "account"}},
        list_has_created_filter=False,
    )

    expires_at = fields.TimestampField(help_text="When Stripe deletes the secret; unset if never.")
    name = fields.StringField(
        help_text="What the app calls the secret; no other in its scope has this name."
    )
    scope = fields.HashField(
        help_text="Who shares the secret: the whole account, or the one user named."
    )
    created = fields.TimestampField(db_index=True, help_text="When the secret was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
