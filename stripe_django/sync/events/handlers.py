"""Handlers: the project's own code that runs once an event is applied."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from django.db import DatabaseError, router, transaction
from django.utils import timezone

from stripe_django import registry
from stripe_django.models import Event, HandlerRun, InboxEvent, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync.backoff import LEASE, next_attempt, storable
from stripe_django.sync.row_locks import locked

Status = HandlerRun.Status
Function = TypeVar("Function", bound=Callable[..., Any])
ERROR_LENGTH = 10_000  # characters of a traceback, its end


@dataclass(frozen=True, slots=True)
class Handler:
    """A function for events of some types; ``name`` is where it is defined."""

    name: str
    patterns: tuple[str, ...]
    function: Callable[[Any, Any], Any]

    def matches(self, event_type: str) -> bool:
        return any(fnmatchcase(event_type, pattern) for pattern in self.patterns)


_handlers: dict[str, Handler] = {}


def on(*patterns: str) -> Callable[[Function], Function]:
    """Call the function for events of these types: ``@on("invoice.paid", "customer.*")``.

    It gets the event's row and that of the object in it, ``None`` if that has none. It runs after
    the event was applied, in a transaction of its own that also records the run: what it raises
    is recorded, undone and tried again, and stops neither the sync nor other handlers.

    Handlers are known by their module and name, so a second one of the same name takes the place
    of the first. Raises ``TypeError`` for a coroutine function.
    """

    def register(function: Function) -> Function:
        if inspect.iscoroutinefunction(function):
            raise TypeError("A handler is a plain function; it may call async_to_sync itself.")
        name = f"{function.__module__}.{function.__qualname__}"
        known = _handlers.get(name)
        others = known.patterns if known and known.function is function else ()
        _handlers[name] = Handler(name, (*others, *patterns), function)
        return function

    return register


def plan(events: Iterable[InboxEvent], using: str) -> list[int]:
    """Note the handlers that events are for; answers the keys of the runs not tried yet."""
    later = timezone.now() + LEASE
    runs = [
        HandlerRun(event_id=event.event_id, handler=name, next_attempt_at=later)
        for event in events
        for name, handler in _handlers.items()
        if handler.matches(event.type)
    ]
    if not runs:
        return []
    HandlerRun.objects.using(using).bulk_create(runs, ignore_conflicts=True)
    planned = HandlerRun.objects.using(using).filter(event_id__in={run.event_id for run in runs})
    waiting = planned.filter(status=Status.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def handle(run_id: int) -> None:
    """Run one handler for one event, unless that is done."""
    using = router.db_for_write(HandlerRun)
    with transaction.atomic(using=using):
        runs = HandlerRun.objects.using(using).filter(pk=run_id)
        run = locked(runs.exclude(status=Status.DONE))
        if run is None:
            return
        run.attempts += 1
        run.error = _error_of(run, using)
        if run.error:
            run.next_attempt_at = next_attempt(run.attempts)
            run.status = Status.FAILED if run.next_attempt_at else Status.DEAD
        else:
            run.status, run.next_attempt_at = Status.DONE, None
        run.finished_at = None if run.next_attempt_at else timezone.now()
        run.save(using=using)


def _error_of(run: HandlerRun, using: str) -> str:
    """Call the handler; answers what it raised, and nothing if all went well."""
    handler = _handlers.get(run.handler)
    if handler is None:
        return f"There is no handler {run.handler} any more."
    try:
        with transaction.atomic(using=using):
            handler.function(*_arguments(run.event_id, using))
            if transaction.get_rollback(using):
                raise DatabaseError("It caught an error of the database, which undoes all it did.")
    except Exception:  # whatever the project's code raises is its own affair
        return storable(traceback.format_exc()[-ERROR_LENGTH:])
    return ""


def _arguments(event_id: str, using: str) -> tuple[StripeModel | None, StripeModel | None]:
    """The rows of an event and of the object in it."""
    received = InboxEvent.objects.using(using).get(event_id=event_id)
    event = _row(Event, event_id, using) or _row(V2CoreEvent, event_id, using)
    model = registry.by_object_name().get(received.object_name)
    return event, _row(model, received.object_id, using) if model else None


def _row(model: type[StripeModel], stripe_id: str, using: str) -> StripeModel | None:
    found: StripeModel | None = model.objects.using(using).filter(stripe_id=stripe_id).first()
    return found
