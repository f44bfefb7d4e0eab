"""PostgreSQL, with ``COPY`` where the driver and the user's rights allow it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ..guard import Decision, State
from .base import MOVING, STATE, Group, Record, Statements, moved

UNIQUE_VIOLATION = "23505"

Statement = tuple[str, Sequence[Any]]  # SQL and its parameters


class PostgreSQL(Statements):
    """Through ``INSERT`` with values, which any driver and any user can do."""

    def read(self, stripe_ids: Sequence[str]) -> dict[str, State]:
        # One parameter: the driver takes a query with hundreds of them apart slowly.
        sql = (
            f"SELECT {self.names(STATE)} FROM {self.table} WHERE stripe_id = ANY(%s)"
            " ORDER BY stripe_id FOR UPDATE"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(sql, [list(stripe_ids)])
            return {row[-1]: State(*row[:-1]) for row in cursor.fetchall()}

    def send(self, groups: Iterable[Group], touched: Sequence[Decision], now: datetime) -> set[str]:
        touching = self._touching(touched, now) if touched else None
        lost: set[str] = set()
        for columns, records in groups:
            lost |= self.write(columns, records, touching)
            touching = None
        if touching:
            self.execute(*touching)
        return lost

    def write(
        self, columns: Sequence[str], records: Sequence[Record], along: Statement | None = None
    ) -> set[str]:
        """As documented; ``along`` is sent with it, which saves a way to the server."""
        marks = ", ".join([f"COALESCE(%s, {self.next_id})", *["%s"] * (len(columns) - 1)])
        rows = ", ".join([f"({marks})"] * len(records))
        values = [value for record in records for value in record]
        return self.merge(columns, (f"VALUES {rows}", values), records, along)

    @property
    def next_id(self) -> str:
        return f"nextval(pg_get_serial_sequence('{self.table}', 'id'))"

    def merge(
        self,
        columns: Sequence[str],
        rows: Statement,
        records: Sequence[Record],
        along: Statement | None,
    ) -> set[str]:
        changes = self.assignments(columns[2:], "excluded.{0}")
        source, values = rows
        sql = (
            f"INSERT INTO {self.table} AS t ({self.names(columns)}) {source}"
            f" ON CONFLICT (stripe_id) DO UPDATE SET {changes} WHERE t.id = excluded.id"
            " RETURNING stripe_id"
        )
        if along:
            sql, values = f"WITH along AS ({along[0]}) {sql}", [*along[1], *values]
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            written = {stripe_id for (stripe_id,) in cursor.fetchall()}
        return {record[1] for record in records} - written

    def _touching(self, touched: Sequence[Decision], now: datetime) -> Statement:
        columns = list(zip(*((d.state.id, *moved(d.state)) for d in touched), strict=True))
        changes = ", ".join(f"{name} = v.{name}" for name in MOVING)
        sql = (
            f"UPDATE {self.table} AS t SET {changes}, synced_at = %s"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::varchar[], %s::boolean[],"
            f" %s::timestamptz[]) AS v (id, {', '.join(MOVING)}) WHERE t.id = v.id"
        )
        return sql, [now, *map(list, columns)]


_pages = itertools.count()


class PostgreSQLCopy(PostgreSQL):
    """Through ``COPY``, several times as fast for many rows."""

    worthwhile = 16  # rows; fewer are written sooner than a temporary table is made

    def write(
        self, columns: Sequence[str], records: Sequence[Record], along: Statement | None = None
    ) -> set[str]:
        if len(records) < self.worthwhile:
            return super().write(columns, records, along)
        if all(record[0] is None for record in records) and self._insert(columns, records):
            if along:
                self.execute(*along)
            return set()
        page = f"stripe_django_page_{next(_pages)}"
        self.execute(
            f"CREATE TEMPORARY TABLE {page} ON COMMIT DROP"
            f" AS SELECT {self.names(columns)} FROM {self.table} WITH NO DATA"
        )
        self._copy(page, columns, records)
        rows = f"SELECT COALESCE(id, {self.next_id}), {self.names(columns[1:])} FROM {page}"
        return self.merge(columns, (rows, ()), records, along)

    def _insert(self, columns: Sequence[str], records: Sequence[Record]) -> bool:
        """Copy new rows straight into the table; false if somebody else has inserted one."""
        try:
            with transaction.atomic(using=self.connection.alias):
                self._copy(self.table, columns[1:], [record[1:] for record in records])
        except IntegrityError as error:
            if getattr(error.__cause__, "sqlstate", None) != UNIQUE_VIOLATION:
                raise
            return False
        return True

    def _copy(self, table: str, columns: Sequence[str], records: Iterable[Record]) -> None:
        sql = f"COPY {table} ({self.names(columns)}) FROM STDIN"
        with (
            self.connection.cursor() as cursor,
            self.connection.wrap_database_errors,
            cursor.copy(sql) as copy,
        ):
            for record in records:
                copy.write_row(record)


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
