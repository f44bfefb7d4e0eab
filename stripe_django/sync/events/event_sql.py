"""The text and the parameters of the one statement that writes an event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.utils import timezone

from stripe_django.models import Event, HandlerRun, Home, InboxEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync import test_clocks
from stripe_django.sync.backoff import LEASE
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.writer.backends import guarded, record, statements_for
from stripe_django.sync.writer.precedence import decide

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


@lru_cache(maxsize=1000)
def text(shape: Shape) -> str:
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


def parameters(
    event: InboxEvent,
    written: Sequence[Row],
    using: str,
    *,
    mine: HomeAccount,
    lookups: Sequence[test_clocks.Lookup],
    handlers: Sequence[str],
) -> list[str | None]:
    """The values of the statement's ``$1`` and so on, in the order of its parts."""
    return [
        *guarded.as_texts((mine.livemode,)),
        *(each.stripe_id for each in lookups),
        *_row_texts(written, using),
        *_run_texts(event, handlers),
        *_inbox_texts(event),
    ]


def _row_texts(written: Sequence[Row], using: str) -> Iterator[str | None]:
    connection, now = connections[using], timezone.now()
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
