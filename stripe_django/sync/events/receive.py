"""A delivery: stored and applied at once, in one transaction, or else one after the other.

One transaction is half the work of two, and nearly all events need no more. Whatever goes wrong in
it undoes it as a whole, and shows again on the way that is made for it: there the event is stored
first, whatever comes of it then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, connections, transaction

from stripe_django import signals
from stripe_django.conf import settings
from stripe_django.models import Event, InboxEvent
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.writer import upsert

from . import processor, status
from . import rows as event_rows
from . import store as event_store
from .processor import Applied
from .thin import is_thin


@dataclass(frozen=True, slots=True)
class Received:
    """A stored event; ``done`` if it is applied as well."""

    event_id: str
    done: Applied | None = None


def receive(payload: Mapping[str, Any], *, sent_at: datetime) -> Received:
    """Store an event, and apply it if that can be done at once; ``go_on`` has to follow.

    ``sent_at`` is Stripe's time of the delivery (UTC). Raises ``PayloadError`` for what has no id
    to know it by, and Django's errors of databases if it could not be stored.
    """
    # Of a thin event the object may have to be read, for which nobody waits in a transaction.
    is_later = settings.apply_later or settings.tasks or is_thin(payload)
    at_once = None if is_later else _at_once(payload, sent_at)
    return at_once or Received(processor.store(payload, sent_at=sent_at))


def go_on(received: Received) -> None:
    """Do what is left to be done, now or by tasks, unless another process does."""
    if received.done is None:
        if not settings.apply_later:
            processor.begin(received.event_id)
        return
    for event in received.done.events:
        signals.event_received.send_robust(InboxEvent, event=event)
    processor.follow_up(received.done)


def _at_once(payload: Mapping[str, Any], sent_at: datetime) -> Received | None:
    """Store and apply an event; ``None`` if nothing came of it, for any reason."""
    event = processor.received(payload, sent_at=sent_at)
    try:
        mine = home.remembered(processor.using())
        if mine is None:
            return None
        found = event_rows.contents(payload, sent_at=event.sent_at, home=mine, read=None)
        # Durable: inside a transaction of somebody else's it would not be stored yet.
        with transaction.atomic(using=processor.using(), durable=True):
            return Received(event.event_id, _write(event, found, mine))
    except IntegrityError:
        return Received(event.event_id) if processor.is_stored(event.event_id) else None
    except Exception:  # of any kind: what is wrong is noted when it shows again
        return None


def _write(event: InboxEvent, found: event_rows.Contents, mine: HomeAccount) -> Applied:
    """Write an event as applied, which nobody sees until all of it is there.

    It comes first, so that of two deliveries at the same moment one waits for the other.
    """
    status.note_success(event, found)
    if not event_store.insert(event, connection=connections[processor.using()], home=mine.livemode):
        raise DatabaseError("The mode of home is not what it was.")
    report = upsert.write_all(found.rows, using=processor.using(), assume_absent={Event})
    if report.failures:
        raise DatabaseError(str(report.failures[0]))
    return processor.followed([(event, found)], report)
