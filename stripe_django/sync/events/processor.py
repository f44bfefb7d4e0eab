"""Events: stored first, then applied, each once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, IntegrityError, connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django import signals
from stripe_django.exceptions import PayloadError
from stripe_django.models import Event, InboxEvent, V2CoreEvent
from stripe_django.sync import home
from stripe_django.sync.backoff import LEASE, told
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.json_text import encode_quickly, is_suspicious, literal
from stripe_django.sync.mapping.redaction import may_contain_secret, without_secrets
from stripe_django.sync.repair import pending_reads
from stripe_django.sync.row_locks import locked
from stripe_django.sync.scope import other_mode
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.report import Report

from . import enqueue, handlers, status, twins
from . import rows as event_rows
from . import store as event_store
from .thin import Read, ThinEvent, is_thin

ATTEMPTS_AT_ONCE = 4  # at a transaction that another one was in the way of

EVENTS = (Event.stripe.object_name, V2CoreEvent.stripe.object_name)


@dataclass(frozen=True, slots=True)
class Applied:
    """Events that one transaction applied, and what has to follow once that is committed."""

    events: Sequence[InboxEvent]
    runs: Sequence[int] = ()
    reads: Sequence[int] = ()


def store(payload: Mapping[str, Any], *, sent_at: datetime) -> str:
    """Store an event, unless it is here already; answers its id.

    ``sent_at`` is Stripe's time of the delivery (UTC). Raises ``PayloadError`` for what has no id
    to know it by, and Django's errors of databases if it could not be stored.
    """
    event = received(payload, sent_at=sent_at)
    event.body = _body_of(payload)
    connection = connections[using()]
    # Inside a transaction of somebody else's it would not be stored yet, which atomic() refuses.
    is_inside = connection.in_atomic_block or not connection.get_autocommit()
    try:
        with transaction.atomic(using=using(), durable=True) if is_inside else nullcontext():
            event_store.insert(event, connection=connection)
    except IntegrityError:
        if not is_stored(event.event_id):
            raise
    else:
        signals.event_received.send_robust(InboxEvent, event=event)
    return event.event_id


def received(payload: Mapping[str, Any], *, sent_at: datetime) -> InboxEvent:
    """An event on its way into the inbox; raises ``PayloadError`` for what has no id."""
    event_id = payload.get("id")
    if not identity.is_id(event_id):
        raise PayloadError("An event has an id of 1 to 255 characters without NUL.")
    return InboxEvent(
        event_id=str(event_id),
        type=str(payload.get("type") or "")[:255],
        sent_at=sent_at,
        next_attempt_at=timezone.now() + LEASE,
    )


def waiting(using: str) -> QuerySet[InboxEvent]:
    """The events that were not tried yet, the oldest first."""
    # By the index that has none of the finished events, whatever a planner makes of their number.
    events = InboxEvent.objects.using(using).filter(next_attempt_at__isnull=False)
    received = events.filter(status=InboxEvent.Status.RECEIVED).exclude(reason=home.HELD)
    return received.order_by("next_attempt_at", "pk")


def is_stored(event_id: str) -> bool:
    return InboxEvent.objects.using(using()).filter(event_id=event_id).exists()


def _body_of(payload: Mapping[str, Any]) -> str:
    """The event as JSON text, without secrets and with every digit."""
    text = encode_quickly(payload, decoded=True)
    if text is None or is_suspicious(text) or may_contain_secret(text, Event.stripe.object_name):
        return literal(without_secrets(payload))
    return text


def begin(event_id: str) -> None:
    """Apply a stored event now, or by a task."""
    enqueue.run(process, event_id)


def process(event_id: str) -> None:
    """Apply a stored event, unless that is done; what fails is noted and tried again."""
    try:
        done = _apply(event_id)
        if isinstance(done, ThinEvent):
            done = _apply(event_id, done.read())
    except Exception as error:  # of any kind: what is not noted would be tried for ever, unseen
        _fail(event_id, error)
    else:
        if isinstance(done, Applied):
            follow_up(done)


def _apply(event_id: str, read: Read | None = None) -> Applied | ThinEvent | None:
    """Apply an event in one transaction; answers a thin one whose object has to be read first."""
    for attempt in range(1, ATTEMPTS_AT_ONCE + 1):
        try:
            with transaction.atomic(using=using()):
                return _apply_locked(event_id, read)
        except DatabaseError as error:
            if attempt == ATTEMPTS_AT_ONCE or not upsert.is_transient(error):
                raise
    raise AssertionError("unreachable")


def _apply_locked(event_id: str, read: Read | None) -> Applied | ThinEvent | None:
    event = _unfinished(event_id)
    if event is None:
        return None
    payload = payload_of(event)
    mine = home.of_event(using(), payload)
    if mine is None:
        status.hold(event)
        event.save(using=using())
        return None
    twin = None
    if read is None and is_thin(payload) and not _refusal(payload, mine):
        twin = twins.applied(ThinEvent(payload), using())
        if twin is None:
            return ThinEvent(payload)
    found = event_rows.contents(payload, sent_at=event.sent_at, home=mine, read=read)
    found = twins.told(found, event, twin) if twin else found
    report = upsert.write(found.rows, using=using())
    status.note(event, found, report)
    event.save(using=using())
    return followed([(event, found)], report)


def _refusal(payload: Mapping[str, Any], mine: HomeAccount) -> str:
    """Why the object of a thin event is not read; empty if it is."""
    return other_mode(payload.get("livemode"), mine) or ThinEvent(payload).refusal


def followed(written: Sequence[status.Written], report: Report) -> Applied:
    """Events as they were applied, with what that asks for: noted in the same transaction."""
    events = [event for event, _ in written]
    done = [event for event, found in written if event.status in status.DONE and found.event]
    return Applied(events, handlers.plan(done, using()), status.reads(written, report))


def _unfinished(event_id: str) -> InboxEvent | None:
    """The event, locked, if there is anything left to do."""
    events = InboxEvent.objects.using(using())
    return locked(events.filter(event_id=event_id, next_attempt_at__isnull=False))


def payload_of(event: InboxEvent) -> dict[str, Any]:
    """What Stripe sent; raises ``PayloadError`` if that was erased."""
    if event.body:
        body: dict[str, Any] = json.loads(event.body, parse_float=Decimal, parse_constant=Decimal)
        return body
    for model in (Event, V2CoreEvent):
        row = model.objects.using(using()).filter(stripe_id=event.event_id).first()
        if row is not None:
            return dict(row.to_stripe())
    raise PayloadError("The event's body is gone: it was erased.")


def _fail(event_id: str, error: Exception) -> None:
    with transaction.atomic(using=using()):
        event = _unfinished(event_id)
        if event is None:
            return
        status.note_failure(event, told(error))
        event.save(using=using())
    signals.event_failed.send_robust(InboxEvent, event=event)


def follow_up(done: Applied) -> None:
    """Do what has to wait for the commit."""
    for event in done.events:
        is_done = event.status in status.DONE
        signal = signals.event_applied if is_done else signals.event_failed
        signal.send_robust(InboxEvent, event=event)
    for run in done.runs:
        enqueue.run(handlers.handle, run)
    for read in done.reads:
        enqueue.run(pending_reads.settle, read)


def using() -> str:
    return router.db_for_write(InboxEvent)
