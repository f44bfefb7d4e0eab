"""Applies events, each once: one or many of them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from stripe_django import signals
from stripe_django.api import request_limit
from stripe_django.exceptions import PayloadError
from stripe_django.models import Event, InboxEvent, V2CoreEvent
from stripe_django.sync import home, mirrored_accounts, watch
from stripe_django.sync.backoff import format_error, storable
from stripe_django.sync.database import claims, lock_timeout, retries
from stripe_django.sync.database.row_locks import locked
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.repair import pending_reads
from stripe_django.sync.scope import other_mode
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.withholding.marks import Known
from stripe_django.telemetry import names

from . import bodies, enqueue, handlers, rows, status, store
from .envelope import Read, ThinEvent, is_thin
from .rows import Contents
from .status import EventContents

ATTEMPTS_AT_ONCE = 4  # at a transaction that deadlocked with another one

Save = Callable[[Sequence[InboxEvent]], None]


@dataclass(frozen=True, slots=True)
class Applied:
    """Events that one transaction wrote, and the keys of what follows its commit.

    ``created`` has the time at which each happened, as far as it says so.
    """

    events: Sequence[InboxEvent]
    runs: Sequence[int] = ()
    refetches: Sequence[int] = ()
    created: Sequence[datetime | None] = ()


def apply(
    written: Sequence[EventContents],
    save: Save = store.save_outcomes,
    *,
    mine: HomeAccount,
    all_or_nothing: bool,
) -> Applied:
    """Write events and their rows in the transaction that is open.

    The events are saved first, so that of two processes with the same event one waits for the
    other. If the database refuses a row, this raises ``DatabaseError``, or notes that as a failure
    of the only event, and writes its other rows. ``mine`` is your own account as this transaction
    has read it.
    """
    known = Known(mine.erasure_keys, mine.livemode)
    events = [event for event, _ in written]
    for event, found in written:
        status.note_success(event, found)
    save(events)
    rows = [row for _, found in written for row in found.rows]
    using = store.using()
    if all_or_nothing:
        report = upsert.write_all(rows, using=using, known=known, assume_absent={Event})
    else:
        report = upsert.write(rows, using=using, known=known)
    if report.failures and all_or_nothing:
        raise DatabaseError(str(report.failures[0]))
    if report.failures:
        [event] = events
        status.note_failure(event, storable(str(report.failures[0])))
        save(events)
    for event, found in written:
        if event.type in mirrored_accounts.STATES and found.event:
            _note_account(event, found, using)
    done = [event for event, found in written if event.status in status.DONE and found.event]
    runs = handlers.schedule_runs(done, using)
    refetches = status.request_refetches(written, report)
    created = [found.event[0].moment.as_of if found.event else None for _, found in written]
    return Applied(events, runs, refetches, created)


def _note_account(event: InboxEvent, found: Contents, using: str) -> None:
    """Note that an account was connected or disconnected."""
    [row] = found.event
    account, at = row.account or "", row.moment.as_of
    mirrored_accounts.note_event(event.type, account, event.platform, at, using)


def run_followups(applied: Applied) -> None:
    """Send the signals, run the handlers and refetch, once the transaction is committed."""
    for event, created in zip(applied.events, applied.created, strict=True):
        watch.event_ended(event, created)
        is_done = event.status in status.DONE
        signal = signals.event_applied if is_done else signals.event_failed
        signal.send_robust(InboxEvent, event=event)
    for run in applied.runs:
        enqueue.run(handlers.run, run)
    for read in applied.refetches:
        enqueue.run(pending_reads.refetch, read, reads_stripe=True)


def process(event_id: str) -> None:
    """Claim a stored event and apply it, unless that is done or another process does it."""
    if claims.claim(claims.unclaimed(_unfinished(event_id))):
        process_claimed(event_id)


def process_claimed(event_id: str) -> None:
    """Apply an event; an error is noted with it, and the event is retried later."""
    try:
        done = _apply_stored(event_id)
        if isinstance(done, ThinEvent):
            done = _apply_stored(event_id, done.read(store.using()))
    except Exception as error:  # of any kind: what is not noted would be retried unseen
        _fail(event_id, error)
    else:
        if isinstance(done, Applied):
            run_followups(done)


def _apply_stored(event_id: str, read: Read | None = None) -> Applied | ThinEvent | None:
    """Apply an event in one transaction.

    Returns a thin one whose object has to be read first, and ``None`` for one that is held.
    """
    for attempt in range(1, ATTEMPTS_AT_ONCE + 1):
        try:
            with watch.applying(event_id) as span, _atomic():
                event = locked(_unfinished(event_id))
                if event is None:
                    return None
                span.set(names.EVENT_TYPE, event.type)
                done = _apply_locked(event, read)
                span.set(names.OUTCOME, event.status)
                return done
        except DatabaseError as error:
            is_blocked = request_limit.is_active() and lock_timeout.is_expired(error)
            if is_blocked or attempt == ATTEMPTS_AT_ONCE or not retries.is_transient(error):
                raise
        retries.pause(attempt)
    raise AssertionError("unreachable")


def _atomic() -> AbstractContextManager[None]:
    """A request waits for no lock of another transaction for long."""
    if not request_limit.is_active():
        return transaction.atomic(using=store.using())
    return lock_timeout.atomic(store.using())


def _apply_locked(event: InboxEvent, read: Read | None) -> Applied | ThinEvent | None:
    payload = payload_of(event)
    mine = home.of_event(store.using(), payload, event.platform)
    if mine is None:
        status.hold(event)
        store.save_outcomes([event])
        return None
    twin = None
    if read is None and is_thin(payload) and not _refusal(payload, mine):
        twin = rows.twin_of(ThinEvent(payload), store.using())
        if twin is None:
            return ThinEvent(payload, event.platform)
    found = rows.contents(payload, sent_at=event.sent_at, home=mine, read=read)
    found = rows.mark_duplicate(found, event, twin) if twin else found
    return apply([(event, found)], mine=mine, all_or_nothing=False)


def _refusal(payload: dict[str, Any], mine: HomeAccount) -> str:
    """Why the object of a thin event is not read; empty if it is."""
    return other_mode(payload.get("livemode"), mine) or ThinEvent(payload).refusal


def payload_of(event: InboxEvent) -> dict[str, Any]:
    """What Stripe sent; raises ``PayloadError`` if that was erased or pruned."""
    if event.body:
        return bodies.decoded(event.body)
    for model in (Event, V2CoreEvent):
        row = model.objects.using(store.using()).filter(stripe_id=event.event_id).first()
        if row is not None:
            return dict(row.to_stripe())
    raise PayloadError("The event's body is gone: it was erased or pruned.")


def _unfinished(event_id: str) -> QuerySet[InboxEvent]:
    """The event, if there is anything left to do."""
    return store.inbox().filter(event_id=event_id, next_attempt_at__isnull=False)


def dead_letter(event: InboxEvent, reason: str) -> None:
    """Give an event no more attempts, except manual ones."""
    status.note_dead(event, reason)
    store.save_outcomes([event])
    watch.event_ended(event, error=reason)
    signals.event_failed.send_robust(InboxEvent, event=event)


def _fail(event_id: str, error: Exception) -> None:
    for attempt in retries.transactions(store.using()):
        with attempt:
            event = locked(_unfinished(event_id))
            if event is not None:
                status.note_failure(event, format_error(error))
                store.save_outcomes([event])
    if event is None:
        return
    watch.event_ended(event, error=error)
    signals.event_failed.send_robust(InboxEvent, event=event)
