"""A delivery: stored and applied in one transaction, or else stored first and then applied.

One transaction is half the work of two, and nearly all events need no more. Whatever fails in it
undoes all of it; then the event is stored alone, and the failure is noted when it happens again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, IntegrityError, connections

from stripe_django import logs, signals
from stripe_django.conf import settings
from stripe_django.models import InboxEvent
from stripe_django.sync import home, watch
from stripe_django.sync.database import lock_timeout
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.telemetry import names

from . import enqueue, one_statement, processor, rows, store
from .envelope import is_thin
from .processor import Applied


class LockedError(Exception):
    """Another transaction has had a row locked for too long."""


class ChangedHomeError(DatabaseError):
    """The mode of this database, or its erasures, are others than this process remembers."""


@dataclass(frozen=True, slots=True)
class Received:
    """A stored event; ``applied`` if it is applied as well.

    ``is_blocked`` says that another transaction has a row of it locked: it is applied later.
    """

    event_id: str
    applied: Applied | None = None
    is_thin: bool = False
    is_blocked: bool = False


def receive(payload: Mapping[str, Any], *, sent_at: datetime, platform: str = "") -> Received:
    """Store an event, and apply it if that can be done at once; ``run_followups`` comes next.

    ``sent_at`` is Stripe's time of the delivery (UTC), ``platform`` the account with a key of its
    own that it was delivered to. Raises ``PayloadError`` for a payload
    without an id, and Django's database errors if the event could not be stored.
    """
    # The object of a thin event may have to be read, and no transaction waits for that.
    is_later = settings.apply_later or settings.tasks or is_thin(payload)
    is_blocked = False
    if not is_later:
        try:
            if at_once := _receive_at_once(payload, sent_at, platform):
                return at_once
        except LockedError:
            is_blocked = True
    event_id = store.store(payload, sent_at=sent_at, platform=platform)
    return Received(event_id, is_thin=is_thin(payload), is_blocked=is_blocked)


def run_followups(received: Received) -> None:
    """Do what is left to do, now or by tasks, unless another process does it."""
    if received.applied is None:
        if not (settings.apply_later or received.is_blocked):
            enqueue.run(processor.process, received.event_id, reads_stripe=received.is_thin)
        return
    for event in received.applied.events:
        signals.event_received.send_robust(InboxEvent, event=event)
    processor.run_followups(received.applied)


def _receive_at_once(
    payload: Mapping[str, Any], sent_at: datetime, platform: str
) -> Received | None:
    """Store and apply an event; ``None`` if that failed, for almost any reason.

    Raises ``LockedError`` if another transaction has a row of it locked.
    """
    event = store.received(payload, sent_at=sent_at, platform=platform)
    try:
        mine = home.remembered(store.using())
        if mine is None:
            return None
        event.attempts = 1
        mapped_for = mine._replace(platform=platform)
        with watch.applying(event.event_id, event.type) as span:
            applied = one_statement.apply(event, payload, sent_at=sent_at, mine=mapped_for)
            if applied is None:
                found = rows.contents(payload, sent_at=sent_at, home=mapped_for)
                applied = _in_one_transaction(event, found, mine)
            span.set(names.OUTCOME, event.status)
            return Received(event.event_id, applied)
    except ChangedHomeError:
        return None
    except IntegrityError:
        return Received(event.event_id) if store.is_stored(event.event_id) else None
    except Exception as error:  # of any kind: if it happens again, the event has failed
        if lock_timeout.is_expired(error):
            raise LockedError from error
        logs.EVENT_NOT_APPLIED_AT_ONCE(error, event_id=event.event_id, event_type=event.type)
        return None


def _in_one_transaction(event: InboxEvent, found: rows.Contents, mine: HomeAccount) -> Applied:
    insert = partial(_insert, mine=mine)
    # Durable: within a transaction of the caller's it would not be stored yet.
    with lock_timeout.atomic(store.using(), durable=True, has_item=True):
        return processor.apply([(event, found)], insert, mine=mine, all_or_nothing=True)


def _insert(events: Sequence[InboxEvent], *, mine: HomeAccount) -> None:
    for event in events:
        if not store.insert(event, connection=connections[store.using()], mine=mine):
            raise ChangedHomeError
