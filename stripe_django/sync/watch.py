"""How events, handlers and refetches ended: as metrics, in the log, and as signals."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from stripe_django import logs, signals, telemetry
from stripe_django.models import HandlerRun, InboxEvent, PendingRead
from stripe_django.telemetry import metrics, names

Status, RunStatus = InboxEvent.Status, HandlerRun.Status

EVENT_ENTRIES = {
    Status.APPLIED.value: logs.EVENT_APPLIED,
    Status.IGNORED.value: logs.EVENT_IGNORED,
    Status.FAILED.value: logs.EVENT_FAILED,
    Status.DEAD.value: logs.EVENT_DEAD_LETTERED,
}
RUN_ENTRIES = {
    RunStatus.DONE.value: logs.HANDLER_DONE,
    RunStatus.FAILED.value: logs.HANDLER_FAILED,
    RunStatus.DEAD.value: logs.HANDLER_DEAD_LETTERED,
}
DONE = (Status.APPLIED.value, Status.IGNORED.value)
DEAD = Status.DEAD.value


def applying(event_id: str = "", event_type: str = "", *, events: int = 0) -> telemetry.Span:
    """The span of a transaction that applies one event, or several."""
    if not telemetry.is_installed:
        return telemetry.NOTHING
    found: dict[str, str | int] = {
        names.EVENT_ID: event_id,
        names.EVENT_TYPE: event_type,
        names.EVENTS: events,
    }
    known = {name: value for name, value in found.items() if value}
    return telemetry.span(names.APPLY, known, metrics.APPLY_DURATION)


def event_ended(
    event: InboxEvent, created: datetime | None = None, error: Exception | str = ""
) -> None:
    """After the commit of an attempt; ``created`` is when it happened at Stripe."""
    status = str(event.status)
    if telemetry.is_installed:
        _measure(event, status, created)
    EVENT_ENTRIES[status](
        error,
        event_id=event.event_id,
        event_type=event.type,
        object_name=event.object_name,
        object_id=event.object_id,
        attempts=event.attempts,
    )
    if status == DEAD:
        signals.event_dead_lettered.send_robust(InboxEvent, event=event)


def _measure(event: InboxEvent, status: str, created: datetime | None) -> None:
    metrics.EVENTS.add(1, {names.EVENT_TYPE: event.type, names.OUTCOME: status})
    if created is not None and status in DONE:
        finished_at = event.finished_at or timezone.now()
        lag = max((finished_at - created).total_seconds(), 0.0)  # clocks of tests run ahead
        metrics.EVENT_LAG.record(lag, {names.EVENT_TYPE: event.type})


def running(run: HandlerRun) -> telemetry.Span:
    """The span of one attempt of a handler."""
    if not telemetry.is_installed:
        return telemetry.NOTHING
    about = {names.HANDLER: run.handler, names.EVENT_ID: run.event_id}
    return telemetry.span(names.RUN_HANDLER, about, metrics.HANDLER_DURATION)


def run_ended(run: HandlerRun, status: str, error: Exception | str = "") -> None:
    """After the commit of an attempt."""
    RUN_ENTRIES[status](error, handler=run.handler, event_id=run.event_id, attempts=run.attempts)
    if status == DEAD:
        signals.handler_dead_lettered.send_robust(HandlerRun, run=run)


def refetch_failed(read: PendingRead, error: Exception | str, *, is_dead: bool) -> None:
    entry = logs.REFETCH_DEAD_LETTERED if is_dead else logs.REFETCH_FAILED
    entry(error, object_name=read.object_name, stripe_id=read.stripe_id, attempts=read.attempts)
    if is_dead:
        signals.refetch_dead_lettered.send_robust(PendingRead, read=read)
