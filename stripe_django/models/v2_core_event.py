from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .changes import Change, changes
from .querysets.event import HappeningManager
from .resource import Resource


def related(payload: Mapping[str, Any]) -> Any:
    """The object that the event names, in the form of an object."""
    found = payload.get("related_object")
    if not isinstance(found, dict):
        return None
    return {"id": found.get("id"), "object": found.get("type")}


class V2CoreEvent(StripeModel):
    """Stripe's note that something happened, which names the object but does not hold it."""

    stripe = Resource(
        "v2.core.event", area=Area.DEVELOPERS, list_path="/v2/core/events", list_is_complete=False
    )

    changes = fields.HashField(
        opaque=True, help_text="Values of the object before and after what happened."
    )
    context = fields.CodeField(
        help_text="The account to read the event and its object as; empty for your own account."
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
    object_name = fields.CodeField(
        source="related_object.type", help_text="The object that it is about, as Stripe names it."
    )
    object_id = fields.SubjectField(
        source=related, help_text="The stripe_id of the object that it is about."
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When it happened."
    )

    objects = HappeningManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = (models.Index(fields=("object_id", "created"), name="stripe_v2_event_of_object"),)

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}" if self.type else self.stripe_id

    @property
    def previous_attributes(self) -> dict[str, Any]:
        """The earlier values of what changed; empty where Stripe does not say."""
        return self._values("before")

    @property
    def changed(self) -> list[Change]:
        """What it changed, as far as Stripe says."""
        return list(changes(self._values("before"), self._values("after")))

    def _values(self, when: str) -> dict[str, Any]:
        both = self.to_stripe().get("changes")
        found = both.get(when) if isinstance(both, dict) else None
        return found if isinstance(found, dict) else {}
