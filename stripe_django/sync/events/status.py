"""What becomes of an event, noted with it: how far it has come, and the reads that it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.exceptions import MissingKeyError
from stripe_django.models import InboxEvent
from stripe_django.sync import home, refetch_queue
from stripe_django.sync.backoff import next_attempt, storable
from stripe_django.sync.repair import pending_reads
from stripe_django.sync.repair.pending_reads import Reason
from stripe_django.sync.writer.report import Report

from .rows import Contents

HOLD = timedelta(hours=1)  # until a held event is looked at again

Status = InboxEvent.Status
DONE = (Status.APPLIED, Status.IGNORED)

NOTED = (  # the columns in which an applied event differs from a stored one
    "object_name",
    "object_id",
    "status",
    "reason",
    "attempts",
    "next_attempt_at",
    "finished_at",
    "body",
)

Written = tuple[InboxEvent, Contents]  # an event whose rows one transaction writes with others


def note(event: InboxEvent, found: Contents, report: Report) -> None:
    """Note what was written for an event."""
    _note_object(event, found)
    if report.failures:
        note_failure(event, storable(str(report.failures[0])))
    else:
        note_success(event, found)


def _note_object(event: InboxEvent, found: Contents) -> None:
    if found.about:
        event.object_name = found.about.model.stripe.object_name
        event.object_id = found.about.stripe_id


def note_success(event: InboxEvent, found: Contents) -> None:
    """Note that all that an event holds is written, or will be in the same transaction."""
    _note_object(event, found)
    event.attempts += 1
    event.status = Status.IGNORED if found.ignored else Status.APPLIED
    event.reason = found.ignored
    if found.event:
        event.body = ""  # the event has a row, which has it
    event.next_attempt_at, event.finished_at = None, timezone.now()


def hold(event: InboxEvent) -> None:
    """Leave an event until home is settled, which releases it; that is no attempt."""
    event.reason, event.next_attempt_at = home.HELD, timezone.now() + HOLD


def note_failure(event: InboxEvent, reason: str) -> None:
    """Note why an event could not be applied, and when that is tried again."""
    event.attempts += 1
    again = next_attempt(event.attempts)
    event.reason, event.next_attempt_at = reason, again
    event.status = Status.FAILED if again else Status.DEAD
    event.finished_at = None if again else timezone.now()


def reads(written: Iterable[Written], report: Report) -> list[int]:
    """Ask for the reads that settle what the events left open; answers their keys.

    Without a key, ambiguous rows stay so; raises ``MissingKeyError`` for an event that only a read
    can apply.
    """
    if not settings.api_key:
        if any(found.is_ahead for _, found in written):
            raise MissingKeyError
        return []
    asked = set(refetch_queue.queue(report.conflicts, reason=Reason.CONFLICT, leased=True))
    for event, found in written:
        asked.update(_reads_of(event, found))
    asked.update(refetch_queue.queue(report.differences, reason=Reason.TIMELESS, leased=True))
    return sorted(asked)


def _reads_of(event: InboxEvent, found: Contents) -> Iterator[int]:
    for row in found.objects:
        if row.incomplete and row.moment.as_of:
            yield pending_reads.request(
                row.model, row.stripe_id, row.moment.as_of, reason=Reason.LIST
            )
    if found.is_ahead:
        row = found.objects[0]
        yield pending_reads.request(row.model, row.stripe_id, event.sent_at, reason=Reason.AHEAD)
