from __future__ import annotations

from typing import Any

from stripe_django import fields

from .base import StripeModel


class V2CoreEvent(StripeModel):
    """Stripe's note that something happened, which names the object but does not hold it."""

    OBJECT_NAME = "v2.core.event"
    LIST_PATH = "/v2/core/events"

    changes = fields.HashField(
        opaque=True, help_text="Values of the object before and after what happened."
    )
    context = fields.CodeField(
        help_text="The account to read the event and its object as; empty for the home account."
    )
    reason = fields.HashField(help_text="The API request behind the event, if there was one.")
    snapshot_event = fields.Reference(
        "Event",
        related_name="thin_events",
        help_text="The first API version's event for the same happening, if there is one.",
    )
    type = fields.CodeField(
        help_text="What happened, such as v1.billing.meter.error_report_triggered."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When it happened (UTC)."
    )

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}" if self.type else self.stripe_id

    @property
    def previous_attributes(self) -> dict[str, Any]:
        """The earlier values of what changed; empty where Stripe does not say."""
        changes = self.to_stripe().get("changes")
        found = changes.get("before") if isinstance(changes, dict) else None
        return found if isinstance(found, dict) else {}
