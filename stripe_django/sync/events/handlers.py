"""Handlers: the project's own code, which runs once an event is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.db import DatabaseError, OperationalError, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.models import Event, HandlerRun, InboxEvent, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import traceback_text
from stripe_django.sync import watch
from stripe_django.sync.backoff import ATTEMPTS, LEASE, next_attempt, storable
from stripe_django.sync.database import claims
from stripe_django.sync.database.row_locks import can_lock_rows, late_write_lock, locked
from stripe_django.telemetry import names

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

    def call(self, event: StripeModel | None, row: StripeModel | None) -> None:
        """Call the function; what a coroutine awaits of the database is in this transaction."""
        function = self.function
        if iscoroutinefunction(function):
            function = async_to_sync(function)
        function(event, row)


_handlers: dict[str, Handler] = {}


def on(*patterns: str) -> Callable[[Function], Function]:
    """Call the function for events of these types: ``@on("invoice.paid", "customer.*")``.

    It gets the event's row and that of the object in it, ``None`` if that has none. It runs after
    the event was applied, in a transaction of its own that also records its success. If it raises,
    that transaction is rolled back, the error is recorded, and the handler is retried later; the
    sync and other handlers continue. An attempt that ends the process counts, too.

    The function may be ``async def``: it runs on the event loop of the server, if there is one,
    and otherwise on its own; the transaction is the same.

    Handlers are known by their module and name: a second one of the same name replaces the first.
    """

    def register(function: Function) -> Function:
        name = f"{function.__module__}.{function.__qualname__}"
        known = _handlers.get(name)
        others = known.patterns if known and known.function is function else ()
        _handlers[name] = Handler(name, (*others, *patterns), function)
        return function

    return register


def has_any(event_type: str) -> bool:
    """Whether a handler is registered for events of this type."""
    return any(handler.matches(event_type) for handler in _handlers.values())


def names_for(event_type: str) -> list[str]:
    """The handlers for events of this type, in the order in which they run."""
    return [name for name, handler in _handlers.items() if handler.matches(event_type)]


def schedule_runs(events: Iterable[InboxEvent], using: str) -> list[int]:
    """Store a run for each handler of these events; return the keys of the runs not tried yet."""
    later = timezone.now() + LEASE
    runs = [
        HandlerRun(event_id=event.event_id, handler=name, next_attempt_at=later)
        for event in events
        for name in names_for(event.type)
    ]
    if not runs:
        return []
    HandlerRun.objects.using(using).bulk_create(runs, ignore_conflicts=True)
    scheduled = HandlerRun.objects.using(using).filter(event_id__in={run.event_id for run in runs})
    waiting = scheduled.filter(status=Status.WAITING, claimed_at=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def run(run_id: int, among: QuerySet[HandlerRun] | None = None) -> bool:
    """Claim a run and call its handler, unless that is done or another process does it.

    ``among`` are the runs that may be claimed: without it, those not done. Returns whether it was.
    """
    using = router.db_for_write(HandlerRun)
    runs = HandlerRun.objects.using(using) if among is None else among
    has_attempts = Q(attempts__lt=ATTEMPTS) | Q(status=Status.DEAD)  # the latter manually
    free = claims.unclaimed(runs.filter(has_attempts, pk=run_id).exclude(status=Status.DONE))
    if not claims.claim(free):
        return False
    claimed = HandlerRun.objects.using(using).get(pk=run_id)
    with watch.running(claimed) as span:
        span.set(names.OUTCOME, _attempt(claimed))
    return True


def _attempt(run: HandlerRun) -> str:
    """Call the handler of a claimed run, and record the error if it raises one; return the status
    of the run.
    """
    if run.handler not in _handlers:
        return _record_failure(
            run, _("There is no handler %(handler)s any more.") % {"handler": run.handler}
        )
    try:
        try:
            _call(run)
        except Exception as error:
            if can_lock_rows(run._state.db or "") or not _is_overtaken(error):
                raise
            _call(run, lock_first=True)
    except Exception as error:  # of any kind: the code is the project's
        text = storable(traceback_text()[-ERROR_LENGTH:])
        return _record_failure(run, text, error)
    watch.run_ended(run, Status.DONE)
    return Status.DONE


def _call(run: HandlerRun, *, lock_first: bool = False) -> None:
    """Call the handler in a transaction that also records its success.

    On SQLite a transaction that has read before another process wrote cannot write any more; with
    ``lock_first`` it keeps all others from writing meanwhile.
    """
    using = run._state.db or ""
    arguments = _arguments(run.event_id, using)
    mine = HandlerRun.objects.using(using).filter(pk=run.pk).exclude(status=Status.DONE)
    with late_write_lock(using):
        if (lock_first or can_lock_rows(using)) and locked(mine) is None:
            return
        _handlers[run.handler].call(*arguments)
        if transaction.get_rollback(using):
            raise DatabaseError(_("It caught an error of the database, which undoes all it did."))
        done = mine.update(
            status=Status.DONE,
            error="",
            next_attempt_at=None,
            claimed_at=None,
            finished_at=timezone.now(),
        )
        if not done:
            raise _DoneElsewhereError


class _DoneElsewhereError(Exception):
    """Another process has done the same run meanwhile; what this one did is undone."""


def _is_overtaken(error: BaseException | None) -> bool:
    """Whether SQLite refused a write because another process wrote first."""
    while error is not None:
        if isinstance(error, OperationalError) and "locked" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _record_failure(run: HandlerRun, text: str, error: Exception | str = "") -> str:
    again = next_attempt(run.attempts)
    status = Status.FAILED if again else Status.DEAD
    mine = HandlerRun.objects.using(run._state.db).filter(pk=run.pk).exclude(status=Status.DONE)
    is_mine = mine.update(
        error=text,
        next_attempt_at=again,
        claimed_at=None,
        status=status,
        finished_at=None if again else timezone.now(),
    )
    if not is_mine:  # done elsewhere
        return Status.DONE
    watch.run_ended(run, status, error or text)
    return status


def _arguments(event_id: str, using: str) -> tuple[StripeModel | None, StripeModel | None]:
    """The rows of an event and of the object in it."""
    received = InboxEvent.objects.using(using).get(event_id=event_id)
    event = _row(Event, event_id, using) or _row(V2CoreEvent, event_id, using)
    model = registry.by_object_name().get(received.object_name)
    return event, _row(model, received.object_id, using) if model else None


def _row(model: type[StripeModel], stripe_id: str, using: str) -> StripeModel | None:
    found: StripeModel | None = model.objects.using(using).filter(stripe_id=stripe_id).first()
    return found
