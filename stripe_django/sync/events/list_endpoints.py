"""The lists that events come in: one for each version of Stripe's API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stripe_django import fields
from stripe_django.models import Event, V2CoreEvent
from stripe_django.sync.mapping.rows import UNKNOWN_TIME

from .envelope import Envelope


@dataclass(frozen=True, slots=True)
class EventList:
    """One of the lists. ``place`` is the key under which its events name a connected account, and
    ``is_everywhere`` whether each account of each server has it.
    """

    model: type[Event] | type[V2CoreEvent]
    place: str
    is_everywhere: bool

    @property
    def path(self) -> str:
        return str(self.model.stripe.list_path)

    def between(self, start: datetime, end: datetime | None) -> dict[str, Any]:
        """The parameters for the events from ``start`` until before ``end``, in whole seconds."""
        bounds = {"gte": self._written(start)}
        if end is not None:
            bounds["lt"] = self._written(end)
        return {"created": bounds}

    def _written(self, moment: datetime) -> Any:
        created = self.model._meta.get_field("created")
        assert isinstance(created, fields.TimestampField)
        return created.to_payload(moment.replace(microsecond=0))

    def placed(self, event: dict[str, Any], account: str) -> dict[str, Any]:
        """An event as a webhook has it: the list of an account does not name that in each."""
        return {**event, self.place: account} if account and not event.get(self.place) else event


# The last one's events come first at a moment that they share: they hold what the others name.
LISTS = (
    EventList(V2CoreEvent, "context", is_everywhere=False),
    EventList(Event, "account", is_everywhere=True),
)


def time_of(event: dict[str, Any]) -> datetime:
    """When it happened, to put events of both lists into one order."""
    return Envelope(event).moment.as_of or UNKNOWN_TIME
