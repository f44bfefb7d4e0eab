"""Finished inbox events, their bodies, and the records of handlers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from stripe_django.models import Event, HandlerRun, InboxEvent

from . import batches
from .batches import Step
from .lease import Turn

APPLIED, IGNORED = InboxEvent.Status.APPLIED, InboxEvent.Status.IGNORED
DONE = HandlerRun.Status.DONE


def bodies(turn: Turn) -> Iterator[int]:
    """Of ignored events; that of an applied one is among the events, and others are needed."""
    before = turn.cutoff("bodies")
    if before is None:
        return
    for rows in batches.walk(_events(turn, IGNORED), turn, clock="received_at", until=before):
        old = rows.filter(next_attempt_at=None, finished_at__lt=before).exclude(body="")
        yield batches.update(old, turn, {"body": ""}, next_attempt_at=None)


def applied(turn: Turn) -> Iterator[int]:
    yield from _finished(APPLIED, turn)


def ignored(turn: Turn) -> Iterator[int]:
    yield from _finished(IGNORED, turn)


def _finished(status: str, turn: Turn) -> Iterator[int]:
    before = turn.cutoff("inbox")
    if before is None:
        return
    if turn.state.inbox_since is None or turn.state.inbox_since < before:
        turn.save(inbox_since=before)  # first: who counts what is left has to know
    for rows in batches.walk(_events(turn, status), turn, clock="received_at", until=before):
        old = batches.unreferenced(rows.filter(_is_forgettable(before, turn)))
        yield batches.delete(old, turn, next_attempt_at=None)


def handlers(turn: Turn) -> Iterator[int]:
    """Records of handlers whose events are no longer in the inbox: they cannot run again."""
    before = turn.cutoff("handlers")
    if before is None:
        return
    runs = HandlerRun.objects.using(turn.using).filter(status=DONE)
    for rows in batches.walk(runs, turn, clock="finished_at", until=before):
        old = rows.filter(~Exists(_staying(turn)), finished_at__lt=before)
        yield batches.delete(batches.unreferenced(old), turn)


def _events(turn: Turn, status: str) -> QuerySet[InboxEvent]:
    return InboxEvent.objects.using(turn.using).filter(status=status)


def _staying(turn: Turn) -> QuerySet[InboxEvent]:
    """The event of a run, if this pass leaves it in the inbox."""
    events = InboxEvent.objects.using(turn.using).filter(event_id=OuterRef("event_id"))
    before = turn.cutoff("inbox")
    if before is None or not turn.is_dry:  # else they are gone by now
        return events
    return events.exclude(Q(status__in=(APPLIED, IGNORED)) & _is_forgettable(before, turn))


def _is_forgettable(before: datetime, turn: Turn) -> Q:
    """Whether Stripe does not send or list a finished event any more, and nothing is left to do.

    Events of test clocks may be dated ahead, and are listed for as much longer.
    """
    runs = HandlerRun.objects.using(turn.using).filter(event_id=OuterRef("event_id"))
    events = Event.objects.using(turn.using).filter(stripe_id=OuterRef("event_id"))
    is_left = Exists(runs.exclude(status=DONE)) | Exists(events.filter(created__gte=before))
    return Q(next_attempt_at=None, finished_at__lt=before) & ~is_left


STEPS = (
    Step("bodies", gettext_noop("bodies of ignored events"), bodies),
    Step("applied", gettext_noop("applied inbox events"), applied),
    Step("ignored", gettext_noop("ignored inbox events"), ignored),
    Step("handlers", gettext_noop("records of handlers"), handlers),
)
