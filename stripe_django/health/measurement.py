"""All indicators at one moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import migration_state
from stripe_django.sync.database import statement_timeout
from stripe_django.sync.events import store

from . import database, freshness, gauges, inbox, verification
from .indicators import INDICATORS, Indicator, Measures, unmeasured

SECONDS = 5.0  # for all queries together
STATEMENT_SECONDS = 2.0

REFUSALS = (DatabaseError, InterfaceError, database.SlowDatabaseError)


@dataclass(frozen=True, slots=True)
class Report:
    """The indicators, and when they were measured (UTC)."""

    measured_at: datetime
    indicators: tuple[Indicator, ...]

    @property
    def is_healthy(self) -> bool:
        return all(each.is_healthy for each in self.indicators)

    @property
    def unhealthy(self) -> list[Indicator]:
        return [each for each in self.indicators if not each.is_healthy]

    def get(self, name: str) -> Indicator | None:
        """An indicator by its name; ``None`` if it could not be measured."""
        found = (each for each in self.indicators if each.is_measured)
        return next((each for each in found if each.name == name), None)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "status": "healthy" if self.is_healthy else "unhealthy",
            "measured_at": self.measured_at.isoformat(),
            "indicators": {each.name: _document(each) for each in self.indicators},
        }


def _document(indicator: Indicator) -> dict[str, Any]:
    found = {
        "healthy": indicator.is_healthy,
        "text": indicator.text,
        "value": indicator.value,
        "unit": indicator.unit,
        "limit": indicator.limit,
        "advice": indicator.advice,
        **indicator.details,
    }
    return {key: value for key, value in found.items() if value not in ("", None)}


def report() -> Report:
    """Measure all indicators, and record them as metrics.

    If the database cannot be read at all, that is the only one. If it cannot be read for some of
    them, such as within the time, these are not measured.
    """
    now, using = timezone.now(), store.using()
    try:
        database.require(using)
        found = _measure(using)
    except REFUSALS as error:
        found = (Indicator("database", _text(error), is_healthy=False),)
    gauges.record(found)
    return Report(now, found)


def _measure(using: str) -> tuple[Indicator, ...]:
    """On a new connection if the server has closed the one that was kept."""
    connection = connections[using]
    is_kept = connection.connection is not None and not connection.in_atomic_block
    if is_kept and not connection.is_usable():
        connection.close()
    return tuple(_indicators(using))


def _indicators(using: str) -> Iterator[Indicator]:
    with statement_timeout.limited(using, STATEMENT_SECONDS):
        yield Indicator("database", _("The database responds."))
        if migration_state.is_pending():
            yield Indicator("schema", _(migration_state.HINT), is_healthy=False)
            return  # the tables may lack what the others read
        yield Indicator("schema", _("All migrations are applied."))
        found = {each.name: each for each in _measured(using)}
        yield from (found[name] for name in INDICATORS if name in found)


def _measured(using: str) -> Iterator[Indicator]:
    """What takes too long leaves the others as they were measured.

    What alerts are about comes first: it is measured even if the time is over before the rest.
    """
    end = time.monotonic() + SECONDS
    for names in sorted(MEASURES, key=ALERTED.isdisjoint):
        if time.monotonic() > end:
            yield from (unmeasured(name, _(LATE)) for name in names)
            continue
        try:
            with _restoring(using):
                found = [*MEASURES[names]()]
        except DatabaseError as error:
            if not _is_usable(using):
                raise
            yield from (unmeasured(name, _refused(error)) for name in names)
        else:
            yield from found


def _restoring(using: str) -> AbstractContextManager[None]:
    """After an error, a transaction that is under way is as it was before."""
    is_inside = connections[using].in_atomic_block
    return transaction.atomic(using=using) if is_inside else nullcontext()


def _is_usable(using: str) -> bool:
    connection = connections[using]
    return connection.connection is not None and connection.is_usable()


def _refused(error: Exception) -> str:
    """Without the message of the database, like ``_text``."""
    return _("It could not be measured: %(type)s.") % {"type": type(error).__name__}


LATE = gettext_noop("It could not be measured: the database took too long for the others.")
ALERTED = {"dead_lettered", "poll", "missed", "verification"}
MEASURES: Measures = {**inbox.MEASURES, **freshness.MEASURES, **verification.MEASURES}


def _text(error: Exception) -> str:
    """Without the message of the database, which may have a host, a user or a value of a row."""
    if isinstance(error, database.SlowDatabaseError):
        return _("The database does not respond in time.")
    return _("The database cannot be read: %(type)s.") % {"type": type(error).__name__}
