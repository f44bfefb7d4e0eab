from __future__ import annotations

from typing import Any

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .changes import Change, changes
from .querysets.event import EventManager
from .resource import Resource


class Event(StripeModel):
    """Stripe's note that something happened, with the object as it was at that moment."""

    # But for pending_webhooks, which counts down as endpoints confirm.
    stripe = Resource(
        "event",
        area=Area.DEVELOPERS,
        dashboard_path="events",
        list_path="/v1/events",
        list_is_complete=False,
        immutable=True,
    )

    data = fields.HashField(
        opaque=True,
        help_text="The object at that moment, and the earlier values of what changed.",
    )
    pending_webhooks = fields.CountField(
        help_text="How many endpoints had not confirmed the event when it was read."
    )
    type = fields.CodeField(help_text="What happened, such as charge.succeeded.")
    api_version = fields.CodeField(help_text="API version that the data is written in.")
    request = fields.CodeField(
        source=("request", "request.id"),
        help_text="Id of the API request behind the event; unset if Stripe acted by itself.",
    )
    account = fields.Reference(
        "Account",
        related_name="events",
        source=("account", "user_id"),
        help_text="The connected account that it happened in, if it was one.",
    )
    context = fields.CodeField(
        help_text="Account or organisation path that is needed to read the event or its object."
    )
    object_name = fields.CodeField(
        source="data.object.object", help_text="The object that it is about, as Stripe names it."
    )
    object_id = fields.SubjectField(
        source="data.object", help_text="The stripe_id of the object that it is about."
    )
    created = fields.TimestampField(db_index=True, help_text="When it happened.")

    objects = EventManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = (
            models.Index(fields=("object_id", "created"), name="stripe_event_of_object"),
            models.Index(fields=("type", "created"), name="stripe_event_type"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}" if self.type else self.stripe_id

    @property
    def previous_attributes(self) -> dict[str, Any]:
        """The earlier values of what changed; empty where Stripe does not say."""
        return self._data("previous_attributes")

    @property
    def snapshot(self) -> dict[str, Any]:
        """The object as it was then."""
        return self._data("object")

    @property
    def changed(self) -> list[Change]:
        """What it changed, as far as that is known.

        By ``previous_attributes``; without these, beside the event before it, if the queryset was
        made by ``with_earlier()``, as ``row.history()`` is.
        """
        if previous := self.previous_attributes:
            return list(changes(previous, self.snapshot, partial=True))
        earlier = getattr(self, "earlier", None)
        return list(changes(earlier, self.snapshot)) if isinstance(earlier, dict) else []

    def _data(self, key: str) -> dict[str, Any]:
        data = self.to_stripe().get("data")
        found = data.get(key) if isinstance(data, dict) else None
        return found if isinstance(found, dict) else {}
