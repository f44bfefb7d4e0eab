from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class AppsSecret(StripeModel):
    """A secret that a Stripe app keeps with Stripe; its value is not mirrored."""

    OBJECT_NAME = "apps.secret"
    LIST_PATH = "/v1/apps/secrets"
    LIST_PARAMS = {"scope": {"type": "account"}}
    LIST_SINCE = False

    expires_at = fields.TimestampField(
        help_text="When Stripe deletes the secret (UTC); unset if never."
    )
    name = fields.StringField(
        help_text="What the app calls the secret; no other in its scope has this name."
    )
    scope = fields.HashField(
        help_text="Who shares the secret: the whole account, or the one user named."
    )
    created = fields.TimestampField(db_index=True, help_text="When the secret was made (UTC).")

    def __str__(self) -> str:
        return self.name or self.stripe_id
