"""An event, its object and its inbox row written by one statement; PostgreSQL only.

It is for ordinary events, most of them, and takes them only if nothing has to be decided: whatever
is out of the ordinary, in the event or in the database, leaves all as it was, and the event to the
other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.conf import settings
from stripe_django.models import Event, InboxEvent
from stripe_django.sync import mirrored_accounts, test_clocks
from stripe_django.sync.database import lock_timeout, prepared
from stripe_django.sync.mapping.identity import HomeAccount, Namespace
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.backends import guarded
from stripe_django.sync.writer.precedence import Outcome

from . import event_sql, handlers, rows, status, store
from .processor import Applied


@dataclass(slots=True)
class _Clocks:
    """Leaves the lookup of a test clock to the statement."""

    lookups: list[test_clocks.Lookup] = field(default_factory=list)

    def is_on_clock(self, payload: Any, before: Any, namespace: Namespace) -> bool:
        found = test_clocks.lookup(payload, before, namespace)
        if isinstance(found, test_clocks.Lookup):
            self.lookups.append(found)
            return False
        return found


def is_possible(connection: BaseDatabaseWrapper, mine: HomeAccount) -> bool:
    """Whether events may be written this way; erasures and the change feed need to see the rows."""
    if connection.vendor != "postgresql" or not settings.single_statement:
        return False
    needs_rows = mine.erasure_keys or settings.change_feed
    return not needs_rows and prepared.is_possible(connection)


def apply(
    event: InboxEvent, payload: Mapping[str, Any], *, sent_at: datetime, mine: HomeAccount
) -> Applied | None:
    """Store and apply an event; ``None``, and nothing is stored, if it needs the other way.

    Raises ``OperationalError`` if another transaction has a row of it locked for too long.
    """
    using = store.using()
    connection = connections[using]
    if not is_possible(connection, mine):
        return None
    clocks = _Clocks()
    found = rows.contents(payload, sent_at=sent_at, home=mine, is_on_clock=clocks.is_on_clock)
    if not _is_ordinary(event, found, clocks.lookups):
        return None
    status.note_success(event, found)
    names = handlers.names_for(event.type)
    written = sorted(found.rows, key=lambda row: row.model._meta.db_table)
    shape = event_sql.Shape(
        using,
        tuple((row.model, row.preserved_columns) for row in written),
        clocks.lookups[0].sql if clocks.lookups else "",
        bool(names),
    )
    parameters = event_sql.parameters(
        event, written, using, mine=mine, lookups=clocks.lookups, handlers=names
    )
    runs = _write(event, written, event_sql.text(shape), parameters)
    if runs is None:
        return None
    return Applied([event], runs, created=[found.event[0].moment.as_of])


def _is_ordinary(
    event: InboxEvent, found: rows.Contents, lookups: Sequence[test_clocks.Lookup]
) -> bool:
    """Whether there is nothing to do but to write the rows."""
    if found.error or found.is_future_dated or event.type in mirrored_accounts.STATES:
        return False
    if [row.model for row in found.event] != [Event] or len(found.objects) > 1:
        return False
    models = [row.model for row in found.rows]
    tables = {model._meta.db_table for model in models}
    # A part of a statement does not see what another one writes.
    is_apart = all(each.tables.isdisjoint(tables) for each in lookups)
    return is_apart and len(tables) == len(models) and all(map(guarded.is_plain, found.rows))


def _write(
    event: InboxEvent, written: Sequence[Row], sql: str, parameters: Sequence[str | None]
) -> list[int] | None:
    """Send the statement; returns the keys of the handlers' runs, or ``None`` if it was refused."""
    using = store.using()
    with upsert.observed(len(written), using) as counts:
        connection = connections[using]
        try:
            is_prepared = _is_prepared(connection)
            found = prepared.execute(connection, sql, parameters, prepared=is_prepared)
        except DatabaseError as error:
            if lock_timeout.is_expired(error):
                raise
            return None
        if found is None:
            return None
        event.pk, is_new, runs = found
        for row in written:
            outcome = Outcome.CREATED if is_new or row.model is Event else Outcome.UPDATED
            counts[row.model.stripe.object_name, outcome] += 1
    return list(runs or ())


def _is_prepared(connection: BaseDatabaseWrapper) -> bool:
    way = settings.single_statement
    return way == "prepared" or (way == "auto" and not prepared.is_pooled(connection))
