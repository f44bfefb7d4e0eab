"""One happening, two events: one holds the object, the other, a thin one, names it."""

from __future__ import annotations

from dataclasses import replace

from stripe_django.models import InboxEvent

from .rows import Contents
from .thin import ThinEvent


def applied(event: ThinEvent, using: str) -> InboxEvent | None:
    """The event that holds the object, if it is applied: then there is nothing to be read."""
    if not event.snapshot_id:
        return None
    events = InboxEvent.objects.using(using).filter(event_id=event.snapshot_id)
    return events.filter(status=InboxEvent.Status.APPLIED).first()


def told(found: Contents, event: InboxEvent, twin: InboxEvent) -> Contents:
    """What is left to be written of a thin event whose twin was applied: the event itself.

    Its handlers get the same object.
    """
    event.object_name, event.object_id = twin.object_name, twin.object_id
    return replace(found, ignored=f"What it tells was applied as {twin.event_id}.")
