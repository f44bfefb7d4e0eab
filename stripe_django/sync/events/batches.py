"""Stored events applied many at a time: one transaction, and few statements, for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from django.db import DatabaseError, connections, transaction
from django.db.models import QuerySet

from stripe_django.conf import settings
from stripe_django.exceptions import UnknownModeError
from stripe_django.models import InboxEvent
from stripe_django.sync import home
from stripe_django.sync.row_locks import all_locked
from stripe_django.sync.writer import upsert

from . import processor, status
from . import rows as event_rows
from .processor import Applied
from .thin import is_thin

SIZE = 200  # events in one transaction


def begin(event_ids: Sequence[str]) -> None:
    """Apply stored events now, in their order, or each by a task."""
    if settings.tasks:
        for event_id in event_ids:
            processor.begin(event_id)
    else:
        process(event_ids)


def process(event_ids: Sequence[str]) -> None:
    """Apply stored events in their order, unless that is done; what fails is noted and tried again.

    Those that somebody else is at are left to them.
    """
    parts = [event_ids[start : start + SIZE] for start in range(0, len(event_ids), SIZE)]
    while parts:
        part = parts.pop(0)
        if len(part) == 1:
            processor.process(part[0])
        elif part:
            parts = [*_process_part(part).left, *parts]


def process_waiting() -> int:
    """Apply some of the events that were not tried yet, the oldest first; answers how many."""
    turn = _process_together(processor.waiting(processor.using())[:SIZE])
    for part in turn.left:
        process(part)
    return turn.count


@dataclass(frozen=True, slots=True)
class Turn:
    """How many events were there for one transaction, and the ids of those left, in parts."""

    count: int
    left: Sequence[Sequence[str]]


def _process_part(event_ids: Sequence[str]) -> Turn:
    chosen = _events().filter(event_id__in=event_ids, next_attempt_at__isnull=False)
    order = {event_id: index for index, event_id in enumerate(event_ids)}
    return _process_together(chosen, key=lambda event: order[event.event_id])


def _process_together(
    chosen: QuerySet[InboxEvent], key: Callable[[InboxEvent], int] = attrgetter("pk")
) -> Turn:
    """Apply events in one transaction, as far as they can be.

    One that fails is looked for by halving. Those from the first thin one on are left, too: its
    object may have to be read, for which nobody waits in a transaction.
    """
    ids: list[str] = []
    try:
        with transaction.atomic(using=processor.using()):
            events = sorted(all_locked(chosen), key=key)
            ids += [event.event_id for event in events]
            done = _apply(events)
    except Exception:  # of any kind: what is wrong with an event is noted once it is alone
        if not ids:
            raise
        middle = (len(ids) + 1) // 2
        return Turn(len(ids), [ids[:middle], ids[middle:]])
    processor.follow_up(done)
    left = ids[len(done.events) :]
    return Turn(len(ids), [left[:1], left[1:]])


def _apply(events: Iterable[InboxEvent]) -> Applied:
    """Apply the events before the first thin one in this transaction."""
    payloads = ((event, processor.payload_of(event)) for event in events)
    whole = list(takewhile(lambda each: not is_thin(each[1]), payloads))
    if not whole:
        return Applied(())
    mine = home.of_event(processor.using(), whole[0][1])
    if mine is None:
        raise UnknownModeError  # each is held once it is alone
    written = [
        (event, event_rows.contents(payload, sent_at=event.sent_at, home=mine, read=None))
        for event, payload in whole
    ]
    rows = [row for _, found in written for row in found.rows]
    report = upsert.write(rows, using=processor.using())
    if report.failures:
        raise DatabaseError(str(report.failures[0]))
    for event, found in written:
        status.note_success(event, found)
    _save([event for event, _ in written])
    return processor.followed(written, report)


def _events() -> QuerySet[InboxEvent]:
    return InboxEvent.objects.using(processor.using())


def _save(events: Sequence[InboxEvent]) -> None:
    """Save what was noted, by an upsert: Django's update of many rows takes far longer."""
    has_target = connections[processor.using()].features.supports_update_conflicts_with_target
    received = [event.received_at for event in events]
    _events().bulk_create(
        events,
        update_conflicts=True,
        update_fields=status.NOTED,
        unique_fields=["event_id"] if has_target else None,
    )
    for event, received_at in zip(events, received, strict=True):
        event.received_at = received_at  # the row's, which stays
