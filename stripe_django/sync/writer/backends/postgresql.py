"""PostgreSQL, with ``COPY`` where the driver and the user's rights allow it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.sync.mapping.copy_text import NULL, line
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.writer.precedence import Decision, State

from .base import (
    STATE,
    STATE_COLUMNS,
    Convert,
    Group,
    InsertedMeanwhileError,
    Record,
    Statements,
    Values,
    state_values,
)

NULL_LITERAL = f"E'\\x{ord(NULL):02x}'"
UNIQUE_VIOLATION = "23505"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = {"as_of", "as_of_from", "deleted_at"}
STATE_SIZE = len(STATE_COLUMNS)
TIME_INDEXES = [index for index, name in enumerate(STATE) if name in TIMES]
TYPES = {
    **dict.fromkeys(("as_of_kind", "as_of_source", "stripe_account"), "varchar"),
    "ambiguous": "boolean",
}

Statement = tuple[str, Sequence[Any]]  # SQL and its parameters


class PostgreSQL(Statements):
    """Through ``INSERT`` with values, which any driver and any user can do."""

    def read(self, stripe_ids: Sequence[str]) -> dict[str, State]:
        sql, values, convert = self._locking(stripe_ids)
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return self.states(convert(cursor.fetchall()))

    def _locking(self, stripe_ids: Sequence[str]) -> tuple[str, Sequence[Any], Convert]:
        # One parameter: the driver takes a query with hundreds of them apart slowly.
        sql = (
            f"SELECT {', '.join(map(_number, self.state_columns))} FROM {self.table}"
            " WHERE stripe_id = ANY(%s) ORDER BY stripe_id FOR UPDATE"
        )
        return sql, [list(stripe_ids)], partial(map, self._with_times)

    def _with_times(self, values: Sequence[Any]) -> Sequence[Any]:
        found = list(values)
        for index in TIME_INDEXES:
            found[index] = _moment(found[index])
        return found

    def send(self, groups: Iterable[Group], touched: Sequence[Decision], now: datetime) -> set[str]:
        touching = self._touching(touched, now) if touched else None
        conflicted: set[str] = set()
        for preserved_columns, records in groups:
            conflicted |= self.write(preserved_columns, records, touching)
            touching = None
        if touching:
            self.execute(*touching)
        return conflicted

    def write(
        self,
        preserved_columns: frozenset[str],
        records: Sequence[Record],
        touch: Statement | None = None,
    ) -> set[str]:
        """As documented; ``touch`` is sent with it, which saves a round trip."""
        return self._send(self._writing(preserved_columns, records), records, touch)

    def _writing(self, preserved_columns: frozenset[str], records: Sequence[Record]) -> Statement:
        """The shortest statement that will do: the server takes them apart slowly."""
        columns = self.columns(preserved_columns)
        rows = [self.values(record, preserved_columns) for record in records]
        if all(record.is_new for record in records):
            return self._inserting(columns[1:], [row[1:] for row in rows])
        if len(rows) == 1:
            [(row_id, _, *values)] = rows
            return f"{self.updating(columns[2:])} RETURNING stripe_id", [*values, row_id]
        marks = [f"COALESCE(%s, {self.next_id})", *["%s"] * (len(columns) - 1)]
        return self._merging(columns, _values(marks, rows))

    def _inserting(self, columns: Sequence[str], rows: Sequence[Values]) -> Statement:
        source, values = _values(["%s"] * len(columns), rows)
        sql = (
            f"INSERT INTO {self.table} ({self.names(columns)}) {source}"
            " ON CONFLICT (stripe_id) DO NOTHING RETURNING stripe_id"
        )
        return sql, values

    def _merging(self, columns: Sequence[str], rows: Statement) -> Statement:
        changes = self.assignments(columns[2:], "excluded.{0}")
        source, values = rows
        sql = (
            f"INSERT INTO {self.table} AS t ({self.names(columns)}) {source}"
            f" ON CONFLICT (stripe_id) DO UPDATE SET {changes} WHERE t.id = excluded.id"
            " RETURNING stripe_id"
        )
        return sql, values

    @property
    def next_id(self) -> str:
        # As a query of its own, the sequence is looked up once and not for every row.
        return f"nextval((SELECT pg_get_serial_sequence('{self.table}', 'id'))::regclass)"

    def _send(
        self, statement: Statement, records: Sequence[Record], touch: Statement | None
    ) -> set[str]:
        """Send a statement that returns the written ids; returns the ids of conflicted records."""
        sql, values = statement
        if touch:
            sql, values = f"WITH touched AS ({touch[0]}) {sql}", [*touch[1], *values]
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            written = {stripe_id for (stripe_id,) in cursor.fetchall()}
        return {record.row.stripe_id for record in records} - written

    def _touching(self, touched: Sequence[Decision], now: datetime) -> Statement:
        states = {state_values(each.state) for each in touched}
        if len(states) == 1:  # as of most pages
            (state,) = states
            changes = self.assignments((*STATE_COLUMNS, "synced_at"), "%s")
            sql = f"UPDATE {self.table} SET {changes} WHERE id = ANY(%s)"
            return sql, [*state, now, [each.state.id for each in touched]]
        columns = list(zip(*((d.state.id, *state_values(d.state)) for d in touched), strict=True))
        changes = ", ".join(f"{name} = v.{name}" for name in STATE_COLUMNS)
        types = ["bigint", *(TYPES.get(name, "timestamptz") for name in STATE_COLUMNS)]
        arrays = ", ".join(f"%s::{each}[]" for each in types)
        sql = (
            f"UPDATE {self.table} AS t SET {changes}, synced_at = %s"
            f" FROM unnest({arrays}) AS v (id, {', '.join(STATE_COLUMNS)}) WHERE t.id = v.id"
        )
        return sql, [now, *map(list, columns)]


_pages = itertools.count()


class PostgreSQLCopy(PostgreSQL):
    """Through ``COPY``, several times as fast for many rows."""

    worthwhile = 16  # rows; fewer are written sooner than a temporary table is made

    def write(
        self,
        preserved_columns: frozenset[str],
        records: Sequence[Record],
        touch: Statement | None = None,
    ) -> set[str]:
        if len(records) < self.worthwhile:
            return super().write(preserved_columns, records, touch)
        if self.may_copy_new and all(record.is_new for record in records):
            self._insert(records)
            if touch:
                self.execute(*touch)
            return set()
        page = f"stripe_django_page_{next(_pages)}"
        create = (
            f"CREATE TEMPORARY TABLE {page} ON COMMIT DROP"
            f" AS SELECT {self.names(self.columns())} FROM {self.table} WITH NO DATA"
        )
        self.execute(create)
        lines = [_line(record.own, record.row) for record in records]
        self._copy(page, self.columns(), lines)
        columns = self.columns(preserved_columns)
        rows = f"SELECT COALESCE(id, {self.next_id}), {self.names(columns[1:])} FROM {page}"
        return self._send(self._merging(columns, (rows, ())), records, touch)

    def _insert(self, records: Sequence[Record]) -> None:
        """Copy new rows straight into the table."""
        lines = [_line(record.own[1:], record.row) for record in records]  # without the id
        try:
            self._copy(self.table, self.columns()[1:], lines)
        except IntegrityError as error:
            if getattr(error.__cause__, "sqlstate", None) != UNIQUE_VIOLATION:
                raise
            self.may_copy_new = False
            raise InsertedMeanwhileError from error

    def _copy(self, table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
        sql = f"COPY {table} ({self.names(columns)}) FROM STDIN (NULL {NULL_LITERAL})"
        with (
            self.connection.cursor() as cursor,
            self.connection.wrap_database_errors,
            cursor.copy(sql) as copy,
        ):
            copy.write("".join(lines))


def _values(marks: Sequence[str], rows: Sequence[Values]) -> Statement:
    sql = ", ".join([f"({', '.join(marks)})"] * len(rows))
    return f"VALUES {sql}", [value for row in rows for value in row]


def _line(own: Values, row: Row) -> str:
    *keys, digest, now = own
    ids, state = keys[:-STATE_SIZE], keys[-STATE_SIZE:]
    return f"{line(ids)}\t{_state(*state)}\t{digest}\t{_spelled(now)}\t{row.line}\n"


def _number(name: str) -> str:
    """A column of the state; times as microseconds, which the driver reads much sooner."""
    return f"(extract(epoch FROM {name}) * 1000000)::bigint" if name in TIMES else name


@lru_cache(maxsize=1000)
def _moment(number: int | None) -> datetime | None:
    return None if number is None else EPOCH + timedelta(microseconds=number)


@lru_cache(maxsize=64)
def _state(*values: Any) -> str:
    """The text of a state, which most rows of a page share."""
    return line(values)


@lru_cache(maxsize=8)
def _spelled(moment: datetime) -> str:
    """The text of a moment, which is that of all rows of a page."""
    return str(moment)


def can_copy(connection: BaseDatabaseWrapper) -> bool:
    """Whether this connection has psycopg 3, and its user may make temporary tables."""
    known: bool | None = getattr(connection, "_stripe_django_can_copy", None)
    if known is None:
        with connection.cursor() as cursor:
            known = hasattr(cursor.cursor, "copy")
            if known:
                cursor.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
                known = bool(cursor.fetchone()[0])
        connection._stripe_django_can_copy = known  # type: ignore[attr-defined]
    return known
