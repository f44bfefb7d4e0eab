"""The outcome of an event's attempt, and the refetches that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.exceptions import MissingKeyError
from stripe_django.models import InboxEvent
from stripe_django.sync import home, refetch_queue
from stripe_django.sync.backoff import next_attempt
from stripe_django.sync.repair import pending_reads
from stripe_django.sync.repair.pending_reads import Reason
from stripe_django.sync.writer.report import Report

from .rows import Contents

HOLD = timedelta(hours=1)  # until a held event is looked at again

Status = InboxEvent.Status
DONE = (Status.APPLIED, Status.IGNORED)

EventContents = tuple[InboxEvent, Contents]


def note_success(event: InboxEvent, found: Contents) -> None:
    """Note that all rows of an event are written, or will be in the same transaction."""
    if found.about:
        event.object_name = found.about.model.stripe.object_name
        event.object_id = found.about.stripe_id
    event.status = Status.IGNORED if found.ignored else Status.APPLIED
    event.reason = found.ignored
    if found.event or found.is_unstored:
        event.body = ""  # the event has a row, which has it
    event.next_attempt_at, event.claimed_at = None, None
    event.finished_at = timezone.now()


def hold(event: InboxEvent) -> None:
    """Leave an event until home is known, which releases it; that is no attempt."""
    event.reason, event.next_attempt_at = home.HELD, timezone.now() + HOLD
    event.attempts, event.claimed_at = max(event.attempts - 1, 0), None


def note_failure(event: InboxEvent, reason: str) -> None:
    """Note why an attempt failed, and when the next one is, if there is one."""
    again = next_attempt(event.attempts)
    if again is None:
        note_dead(event, reason)
        return
    event.status, event.reason, event.finished_at = Status.FAILED, reason, None
    event.next_attempt_at, event.claimed_at = again, None


def note_dead(event: InboxEvent, reason: str) -> None:
    """Note why an event has no more attempts, except manual ones."""
    event.status, event.reason, event.finished_at = Status.DEAD, reason, timezone.now()
    event.next_attempt_at, event.claimed_at = None, None


def request_refetches(written: Iterable[EventContents], report: Report) -> list[int]:
    """Store the refetches that the events need, and return their keys.

    Without an API key there are none, and ambiguous rows stay so; raises ``MissingKeyError`` for
    an event that only a read can apply.
    """
    if not (settings.api_key or settings.accounts):
        if any(found.is_future_dated for _, found in written):
            raise MissingKeyError
        return []
    keys = set(refetch_queue.queue(report.conflicts, reason=Reason.CONFLICT))
    for event, found in written:
        keys.update(_refetches_of(event, found))
    keys.update(refetch_queue.queue(report.differences, reason=Reason.TIMELESS))
    return sorted(keys)


def _refetches_of(event: InboxEvent, found: Contents) -> Iterator[int]:
    for row in found.objects:
        if row.incomplete and row.moment.as_of:
            yield pending_reads.request(
                row.model, row.stripe_id, row.moment.as_of, reason=Reason.LIST
            )
    if found.is_future_dated and found.objects:
        row = found.objects[0]
        yield pending_reads.request(
            *(row.model, row.stripe_id, event.sent_at),
            reason=Reason.AHEAD,
            digests=frozenset({row.digest}),
        )
