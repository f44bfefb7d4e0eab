"""An event, its object and its inbox row written by one statement; PostgreSQL only.

It is for ordinary events, most of them, and takes them only if nothing has to be decided: whatever
is out of the ordinary, in the event or in the database, leaves all as it was, and the event to the
other way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.models import Event, HandlerRun, Home, InboxEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync import mirrored_accounts, test_clocks
from stripe_django.sync.backoff import LEASE
from stripe_django.sync.database import lock_timeout, prepared
from stripe_django.sync.mapping.identity import HomeAccount, Namespace
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.backends import guarded, record, statements_for
from stripe_django.sync.writer.precedence import Outcome, decide

from . import handlers, rows, status, store
from .processor import Applied

OBJECT, EVENT, RUNS = "object", "event", "runs"  # the parts of the statement


class Shape(NamedTuple):
    """All that the text of a statement depends on: rows of one shape share it.

    ``rows`` has the models and preserved columns in the order of their tables, and ``lookup`` the
    query that must find nothing.
    """

    using: str
    rows: tuple[tuple[type[StripeModel], frozenset[str]], ...]
    lookup: str
    has_handlers: bool


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
    shape = Shape(
        using,
        tuple((row.model, row.preserved_columns) for row in written),
        clocks.lookups[0].sql if clocks.lookups else "",
        bool(names),
    )
    parameters = [
        *guarded.as_texts((mine.livemode,)),
        *(each.stripe_id for each in clocks.lookups),
        *_texts_of(written, connection),
        *_run_texts(event, names),
        *_inbox_texts(event),
    ]
    runs = _write(event, written, _sql(shape), parameters)
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


def _texts_of(written: Sequence[Row], connection: BaseDatabaseWrapper) -> Iterator[str | None]:
    now = timezone.now()
    for row in written:
        decision = decide(None, [row])
        yield from guarded.texts(statements_for(connection, row.model), record(decision, now))


def _run_texts(event: InboxEvent, names: Sequence[str]) -> list[str | None]:
    if not names:
        return []
    return [event.event_id, str(timezone.now() + LEASE), json.dumps(names)]


def _inbox_texts(event: InboxEvent) -> list[str | None]:
    return guarded.as_texts(each.pre_save(event, True) for each in _columns(InboxEvent))


@cache
def _columns(model: type[Model]) -> list[Field]:
    return [each for each in model._meta.concrete_fields if not each.primary_key]


@lru_cache(maxsize=1000)
def _sql(shape: Shape) -> str:
    """The statement: parts that follow from each other, so that each begins once the one before has
    written, and the inbox row comes last.

    Without a row of the part before, its status is null, which the table refuses, and which undoes
    all. Without your own account as it should be, nothing is written at all.
    """
    builder = _Builder(connections[shape.using])
    parts = [builder.home(shape.lookup)]
    for model, preserved_columns in shape.rows:
        parts.append(builder.row(model, preserved_columns))
    if shape.has_handlers:
        parts.append(builder.runs())
    is_new = f"(SELECT is_new FROM {OBJECT})" if len(shape.rows) > 1 else "NULL"
    runs = f"(SELECT array_agg(id ORDER BY id) FROM {RUNS})" if shape.has_handlers else "NULL"
    returning = f"RETURNING id, {is_new}, {runs}"
    return f"WITH {', '.join(parts)} {builder.inbox()} {returning}"


@dataclass(slots=True)
class _Builder:
    """The parts of one statement, in their order; ``last`` is the name of the latest."""

    connection: BaseDatabaseWrapper
    last: str = "home"
    count: int = 0

    def mark(self) -> str:
        self.count += 1
        return f"${self.count}"

    def marks(self, count: int) -> str:
        return ", ".join(self.mark() for _ in range(count))

    def home(self, lookup: str) -> str:
        table = self.quote(Home._meta.db_table)
        sql = f"SELECT 1 FROM {table} WHERE id = {Home.SINGLETON} AND livemode = {self.mark()}"
        sql += " AND erasure_keys = ''"
        if lookup:
            sql += f" AND NOT EXISTS ({lookup.replace('%s', self.mark())})"
        return f"home AS MATERIALIZED ({sql})"

    def row(self, model: type[StripeModel], preserved_columns: frozenset[str]) -> str:
        statements = statements_for(self.connection, model)
        marks = self.marks(len(statements.columns(preserved_columns)) - 1)
        guard = None if model is Event else guarded.GUARD.values()
        sql = guarded.inserting(statements, preserved_columns, (marks, self.last), guard)
        self.last = EVENT if model is Event else OBJECT
        return f"{self.last} AS ({sql})"

    def runs(self) -> str:
        values = {
            "event_id": self.mark(),
            "next_attempt_at": f"{self.mark()}::timestamptz",
            "handler": "n.name",
            "status": f"'{HandlerRun.Status.WAITING.value}'",
            "error": "''",
            "attempts": "0",
        }
        table = self.quote(HandlerRun._meta.db_table)
        names = f"json_array_elements_text({self.mark()}::json) WITH ORDINALITY AS n (name, place)"
        sql = (
            f"INSERT INTO {table} ({', '.join(map(self.quote, values))})"
            f" SELECT {', '.join(values.values())} FROM {self.last}, {names}"
            " ORDER BY n.place RETURNING id"
        )
        self.last = RUNS
        return f"{RUNS} AS ({sql})"

    def inbox(self) -> str:
        columns = [str(each.column) for each in _columns(InboxEvent)]
        marks = [self.mark() for _ in columns]
        index = columns.index("status")
        marks[index] = f"(SELECT {marks[index]}::text FROM {self.last} LIMIT 1)"
        table = self.quote(InboxEvent._meta.db_table)
        names = ", ".join(map(self.quote, columns))
        return f"INSERT INTO {table} ({names}) SELECT {', '.join(marks)} FROM home"

    def quote(self, name: str) -> str:
        return self.connection.ops.quote_name(name)
