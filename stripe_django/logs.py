"""What is logged: each entry has a stable name, and a logger for its area.

The record of an entry has its name as ``event``, and its fields as attributes, so that formatters
for JSON show both. Fields are ids, types and counts. Of an error there is its type, and of a
traceback its lines without the message: a message may quote what was to be stored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from .exceptions import StripeDjangoError

ROOT = "stripe_django"
DEBUG, INFO, WARNING, ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR
OWN_FRAME = 2  # so that a record has the place of the caller

CODES = ("sqlstate", "http_status", "code", "request_id")  # of errors, which are harmless

ENTRIES: dict[str, Entry] = {}


class LoggedError(Exception):
    """Stands for an error in a traceback, without its message."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of record. The message has its fields as ``%(name)s``.

    ``has_traceback`` is for errors that only a person can explain.
    """

    name: str
    area: str
    level: int
    message: str
    fields: tuple[str, ...] = ()
    has_traceback: bool = False

    def __post_init__(self) -> None:
        ENTRIES[self.name] = self

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(f"{ROOT}.{self.area}")

    def __call__(self, error: BaseException | str = "", /, **fields: Any) -> None:
        """Log it; ``error``, or a text in its place, becomes the field of that name."""
        logger = self.logger
        if not logger.isEnabledFor(self.level):
            return
        found = {name: _safe(value) for name, value in fields.items()}
        traceback = None
        if isinstance(error, BaseException):
            found["error"] = described(error)
            traceback = _without_message(error) if self.has_traceback else None
        elif error:
            found["error"] = _safe(error)
        if "error" in found:  # which the message ends with
            found["error"] = str(found["error"]).removesuffix(".")
        logger.log(
            self.level,
            self.message,
            found,
            extra={"event": self.name, **found},
            exc_info=traceback,
            stacklevel=OWN_FRAME,
        )


def described(error: BaseException) -> str:
    """The type of an error, and what is known to be harmless of it."""
    kind = type(error).__name__
    if isinstance(error, StripeDjangoError):
        return printable(str(error) if error.__cause__ is None else type(error).explanation())
    known = [f"{name} {value}" for name, value in codes_of(error).items()]
    return printable(f"{kind} ({', '.join(known)})" if known else kind)


def codes_of(error: BaseException) -> dict[str, str | int]:
    """What names an error without its message: SQLSTATE, MySQL's number, Stripe's code."""
    found = {
        name: getattr(each, name, None)
        for each in (error.__cause__, error)
        for name in CODES
        if getattr(each, name, None)
    }
    if isinstance(error, DatabaseError) and error.args and isinstance(error.args[0], int):
        found["number"] = error.args[0]  # MySQL's
    return {name: value for name, value in found.items() if isinstance(value, str | int)}


def printable(text: str) -> str:
    """Text from outside on one line, for logs and terminals: control characters are escaped."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _safe(value: Any) -> Any:
    return value if isinstance(value, int | float) or value is None else printable(str(value))


def _without_message(error: BaseException) -> Any:
    shown = LoggedError(described(error))
    return (LoggedError, shown, error.__traceback__)


EVENT_NOT_STORED = Entry(
    "event_not_stored",
    "webhooks",
    ERROR,
    "An event could not be stored: %(error)s. Stripe sends it again.",
    ("error",),
    has_traceback=True,
)
TABLES_OUT_OF_DATE = Entry(
    "tables_out_of_date",
    "webhooks",
    ERROR,
    "An event could not be stored. %(hint)s",
    ("hint",),
)
DELIVERY_REFUSED = Entry(
    "delivery_refused",
    "webhooks",
    INFO,
    "A delivery was refused with status %(status)s: %(reason)s.",
    ("status", "reason"),
)
FOLLOW_UP_FAILED = Entry(
    "follow_up_failed",
    "webhooks",
    ERROR,
    "Event %(event_id)s is stored and will be retried: %(error)s.",
    ("event_id", "error"),
    has_traceback=True,
)

_EVENT = ("event_id", "event_type", "object_name", "object_id", "attempts")

EVENT_APPLIED = Entry(
    "event_applied", "events", INFO, "Event %(event_id)s (%(event_type)s) was applied.", _EVENT
)
EVENT_IGNORED = Entry(
    "event_ignored",
    "events",
    INFO,
    "Event %(event_id)s (%(event_type)s) has nothing to apply.",
    _EVENT,
)
EVENT_NOT_APPLIED_AT_ONCE = Entry(
    "event_not_applied_at_once",
    "events",
    INFO,
    "Event %(event_id)s (%(event_type)s) is stored alone, and then applied: %(error)s.",
    ("event_id", "event_type", "error"),
    has_traceback=True,
)
EVENT_FAILED = Entry(
    "event_failed",
    "events",
    WARNING,
    "Event %(event_id)s (%(event_type)s) failed at attempt %(attempts)s, and is retried.",
    (*_EVENT, "error"),
)
EVENT_DEAD_LETTERED = Entry(
    "event_dead_lettered",
    "events",
    ERROR,
    "Event %(event_id)s (%(event_type)s) failed at attempt %(attempts)s, and is dead-lettered.",
    (*_EVENT, "error"),
)
HANDLER_DONE = Entry(
    "handler_done",
    "handlers",
    INFO,
    "Handler %(handler)s is done with event %(event_id)s.",
    ("handler", "event_id", "attempts"),
)
HANDLER_FAILED = Entry(
    "handler_failed",
    "handlers",
    WARNING,
    "Handler %(handler)s failed for event %(event_id)s at attempt %(attempts)s, and is retried.",
    ("handler", "event_id", "attempts", "error"),
    has_traceback=True,
)
HANDLER_DEAD_LETTERED = Entry(
    "handler_dead_lettered",
    "handlers",
    ERROR,
    "Handler %(handler)s failed for event %(event_id)s at attempt %(attempts)s, and is"
    " dead-lettered.",
    ("handler", "event_id", "attempts", "error"),
    has_traceback=True,
)

_READ = ("object_name", "stripe_id")

REFETCH_FAILED = Entry(
    "refetch_failed",
    "refetches",
    WARNING,
    "%(object_name)s %(stripe_id)s could not be read from Stripe, and is read later: %(error)s.",
    (*_READ, "attempts", "error"),
)
REFETCH_DEAD_LETTERED = Entry(
    "refetch_dead_lettered",
    "refetches",
    ERROR,
    "%(object_name)s %(stripe_id)s could not be read from Stripe, and is no longer tried:"
    " %(error)s.",
    (*_READ, "attempts", "error"),
)
CONFLICT_ACCEPTED = Entry(
    "conflict_accepted",
    "refetches",
    WARNING,
    "%(object_name)s %(stripe_id)s cannot be read from Stripe: its row stays as it is.",
    _READ,
)

EVENTS_LOST = Entry(
    "events_lost",
    "polls",
    ERROR,
    "Stripe no longer lists all events since %(since)s of account %(account)s: run"
    " stripe_events poll --relist.",
    ("account", "since"),
)
POLL_ENDED = Entry(
    "poll_ended",
    "polls",
    INFO,
    "A poll of account %(account)s has listed %(listed)s events, of which %(missing)s were"
    " missing.",
    ("account", "listed", "missing"),
)
SYNC_ENDED = Entry(
    "sync_ended",
    "sync",
    INFO,
    "A run of stripe_sync (%(kind)s) of account %(account)s ended as %(status)s.",
    ("account", "kind", "status"),
)

_REQUEST = ("method", "path")

RESPONSE_NOT_APPLIED = Entry(
    "response_not_applied",
    "client",
    WARNING,
    "The response to %(method)s %(path)s was not applied: %(error)s",
    (*_REQUEST, "error"),
)
RESPONSE_FAILED = Entry(
    "response_failed",
    "client",
    ERROR,
    "The response to %(method)s %(path)s was not applied: %(error)s.",
    (*_REQUEST, "error"),
    has_traceback=True,
)
RESPONSE_INCOMPLETE = Entry(
    "response_incomplete",
    "client",
    WARNING,
    "The response to %(method)s %(path)s has %(object_name)s %(stripe_id)s, which was not written.",
    (*_REQUEST, *_READ),
)
ROLLBACK_UNWATCHED = Entry(
    "rollback_unwatched",
    "client",
    ERROR,
    "A second connection failed, so a rollback may go unnoticed: %(error)s.",
    ("error",),
    has_traceback=True,
)
ROLLBACK_NOT_QUEUED = Entry(
    "rollback_not_queued",
    "client",
    ERROR,
    "What was rolled back could not be queued to be read from Stripe: %(error)s.",
    ("error",),
    has_traceback=True,
)
RATE_LIMITED = Entry(
    "rate_limited",
    "api",
    WARNING,
    "Stripe refused %(method)s %(path)s: too many requests (%(reason)s).",
    (*_REQUEST, "reason"),
)
RATE_NOT_SHARED = Entry(
    "rate_not_shared",
    "api",
    WARNING,
    "The rate of requests is not shared for a minute: %(error)s.",
    ("error",),
)
CLOCK_DIFFERS = Entry(
    "clock_differs",
    "api",
    WARNING,
    "This machine's clock is %(seconds)s seconds %(direction)s Stripe's. Synchronize it.",
    ("seconds", "direction"),
)
STATISTICS_FAILED = Entry(
    "statistics_failed",
    "statistics",
    ERROR,
    "The statistics could not be updated: %(error)s.",
    ("error",),
    has_traceback=True,
)
PRUNING_FAILED = Entry(
    "pruning_failed",
    "retention",
    ERROR,
    "Old rows could not be pruned: %(error)s.",
    ("error",),
    has_traceback=True,
)
ALERT_RAISED = Entry(
    "alert_raised", "alerts", ERROR, "%(text)s %(advice)s", ("alert", "text", "advice")
)
ALERT_RECOVERED = Entry("alert_recovered", "alerts", INFO, "%(text)s", ("alert", "text"))
ALERT_NOT_MAILED = Entry(
    "alert_not_mailed",
    "alerts",
    ERROR,
    "The mail about %(alert)s could not be sent, and is retried: %(error)s.",
    ("alert", "error"),
)
WATCH_FAILED = Entry(
    "watch_failed",
    "alerts",
    ERROR,
    "The health of the mirror could not be measured: %(error)s",
    ("error",),
)

AREAS: Mapping[str, str] = {
    "alerts": "what ADMINS are mailed about",
    "api": "requests to Stripe",
    "client": "what stripe_django.client writes",
    "events": "events that are applied",
    "handlers": "the project's handlers",
    "polls": "polls of Stripe's list of events",
    "refetches": "reads of ambiguous rows",
    "retention": "the removal of old rows",
    "statistics": "the statistics of the overview",
    "sync": "runs of stripe_sync",
    "webhooks": "the webhook endpoint",
}
