"""Stored events many at a time: one transaction, and few statements, for all of them.

If a process dies of a batch, each of its events is retried alone, and only such an attempt counts:
one event that kills processes does not use up the attempts of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length

from stripe_django.conf import settings
from stripe_django.exceptions import UnknownModeError
from stripe_django.models import InboxEvent
from stripe_django.sync import home, watch
from stripe_django.sync.database import claims
from stripe_django.sync.database.row_locks import all_locked
from stripe_django.sync.mapping.identity import HomeAccount

from . import enqueue, processor, rows, store
from .envelope import is_thin

SIZE = 200  # events in one transaction
LARGEST = 16_000_000  # characters of their bodies, which take several times the memory

Sized = tuple[str, int]  # the id of an event, and the size of its body


def begin(event_ids: Sequence[str]) -> None:
    """Apply stored events now, in their order, or each by a task."""
    if not settings.tasks:
        process(event_ids)
        return
    for event_id in event_ids:
        enqueue.run(processor.process, event_id)


def process(event_ids: Sequence[str], among: QuerySet[InboxEvent] | None = None) -> list[str]:
    """Apply stored events in their order; errors are noted, and the events retried later.

    ``among`` are the events that may be applied: without it, those with something left to do.
    Returns the ids of those that no other process works on.
    """
    allowed = store.inbox().exclude(next_attempt_at=None) if among is None else among
    done: list[str] = []
    for start in range(0, len(event_ids), SIZE):
        chosen = event_ids[start : start + SIZE]
        claimed = dict(_claim(allowed.filter(event_id__in=chosen))) if len(chosen) > 1 else {}
        _apply_all([(event_id, claimed[event_id]) for event_id in chosen if event_id in claimed])
        rest = (event_id for event_id in chosen if event_id not in claimed)
        done += claimed
        done += [event_id for event_id in rest if _process_alone(event_id, allowed)]
    return done


def process_received() -> int:
    """Apply some of the events that were not tried yet, the oldest first; return how many."""
    claimed = _claim(store.not_tried().filter(claimed_at=None)[:SIZE])
    _apply_all(claimed)
    return len(claimed)


def _claim(events: QuerySet[InboxEvent]) -> list[Sized]:
    """Claim events together, but for those that a process works on or died of."""
    with transaction.atomic(using=store.using()):
        free = events.filter(claimed_at=None) if not events.query.is_sliced else events
        sized = free.annotate(size=Length("body")).values_list("event_id", "size")
        found = all_locked(sized, skip_locked=True)
        ids = [event_id for event_id, _ in found]
        claims.claim(store.inbox().filter(event_id__in=ids), count_attempt=False)
    return found


def _process_alone(event_id: str, among: QuerySet[InboxEvent]) -> bool:
    is_claimed = bool(claims.claim(claims.unclaimed(among.filter(event_id=event_id))))
    if is_claimed:
        processor.process_claimed(event_id)
    return is_claimed


def _apply_all(claimed: Sequence[Sized]) -> None:
    """Apply claimed events, as many at a time as ``LARGEST`` allows.

    One that fails is found by halving, and then applied alone.
    """
    parts = list(_parts(claimed))
    while parts:
        part = parts.pop(0)
        if len(part) == 1:
            claims.claim(store.inbox().filter(event_id=part[0]))
            processor.process_claimed(part[0])
        elif part:
            parts = [*_apply_together(part), *parts]


def _parts(claimed: Sequence[Sized]) -> Iterator[list[str]]:
    part: list[str] = []
    total = 0
    for event_id, size in claimed:
        if part and total + size > LARGEST:
            yield part
            part, total = [], 0
        part.append(event_id)
        total += size
    yield part


def _apply_together(event_ids: list[str]) -> list[list[str]]:
    """Apply events in one transaction, and return those left, in parts.

    From the first thin event on they are left: no transaction waits while its object is read.
    """
    place = {event_id: index for index, event_id in enumerate(event_ids)}
    try:
        with (
            watch.applying(events=len(event_ids)),
            transaction.atomic(using=store.using()),
        ):
            left = store.inbox().filter(event_id__in=event_ids, next_attempt_at__isnull=False)
            events = sorted(
                all_locked(left.order_by("pk")), key=lambda event: place[event.event_id]
            )
            applied = _apply(events)
    except Exception:  # of any kind: the error is noted once its event is alone
        middle = len(event_ids) // 2
        return [event_ids[:middle], event_ids[middle:]]
    processor.run_followups(applied)
    rest = [event.event_id for event in events[len(applied.events) :]]
    return [rest[:1], rest[1:]]


def _apply(events: Sequence[InboxEvent]) -> processor.Applied:
    """Apply the events before the first thin one."""
    payloads = ((event, processor.payload_of(event)) for event in events)
    whole = list(takewhile(lambda each: not is_thin(each[1]), payloads))
    if not whole:
        return processor.Applied(())
    mine = home.of_event(store.using(), whole[0][1], whole[0][0].platform)
    if mine is None:
        raise UnknownModeError  # each is held once it is alone
    for event, _ in whole:
        event.attempts += 1
    written = [(event, _contents(event, payload, mine)) for event, payload in whole]
    return processor.apply(written, mine=mine, all_or_nothing=True)


def _contents(event: InboxEvent, payload: dict[str, Any], mine: HomeAccount) -> rows.Contents:
    home_of_event = mine._replace(platform=event.platform)
    return rows.contents(payload, sent_at=event.sent_at, home=home_of_event)
