"""The SQL of the writer, one class for each database.

All of them do the same to one table: write some rows whole, and touch others, of which only the
state moves. A row that the writer has seen is locked by then, and carries its ``id``. One that it
has not seen carries none; if somebody else has inserted it meanwhile, nothing is written for it
and its ``stripe_id`` is answered as lost.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models.base import StripeModel

from .guard import Decision, State

STATE = ("id", "as_of", "as_of_kind", "digest", "doubtful", "deleted_at", "stripe_id")
MOVING = ("as_of", "as_of_kind", "doubtful", "deleted_at")

UNIQUE_VIOLATION = "23505"

Record = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]  # SQL and its parameters
Group = tuple[Sequence[str], Sequence[Record]]  # columns, and rows with a value for each


def moved(state: State) -> Record:
    """The values of the ``MOVING`` columns."""
    return state.as_of, state.as_of_kind, state.doubtful, state.deleted_at


class Statements:
    """What the three databases have in common. ``records`` begin with ``id`` and ``stripe_id``."""

    def __init__(self, connection: BaseDatabaseWrapper, model: type[StripeModel]) -> None:
        self.connection = connection
        self.model = model
        self.table = connection.ops.quote_name(model._meta.db_table)

    def lock(self) -> None:
        """Keep other writers out, where rows cannot be locked one by one."""

    def read(self, stripe_ids: Sequence[str]) -> dict[str, State]:
        """The stored states by ``stripe_id``, locked until the transaction ends."""
        locked = self.model._base_manager.using(self.connection.alias).select_for_update()
        found = locked.filter(stripe_id__in=stripe_ids).order_by("stripe_id")
        return {stripe_id: State(*state) for *state, stripe_id in found.values_list(*STATE)}

    def send(self, groups: Iterable[Group], touched: Sequence[Decision], now: datetime) -> set[str]:
        """Write some rows whole and touch others; answers the ids of those that were lost."""
        lost: set[str] = set()
        for columns, records in groups:
            lost |= self.write(columns, records)
        if touched:
            self.touch(touched, now)
        return lost

    def write(self, columns: Sequence[str], records: Sequence[Record]) -> set[str]:
        """Insert or update rows whole; answers the ids of those that were lost."""
        raise NotImplementedError

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        """Move the state of rows whose content stays."""
        raise NotImplementedError

    def names(self, columns: Iterable[str]) -> str:
        return ", ".join(map(self.connection.ops.quote_name, columns))

    def assignments(self, columns: Iterable[str], value: str) -> str:
        names = map(self.connection.ops.quote_name, columns)
        return ", ".join(f"{name} = {value.format(name)}" for name in names)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def adapted(self, record: Record) -> Record:
        """The record as drivers without times and decimals of their own take it."""
        return tuple(self._adapt(value) for value in record)

    def _adapt(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.connection.ops.adapt_datetimefield_value(value)
        return str(value) if isinstance(value, Decimal) else value


class SQLite(Statements):
    def lock(self) -> None:
        # A transaction that only reads at first could not write after another one's commit.
        self.execute(f"UPDATE {self.table} SET id = id WHERE id IS NULL")

    def write(self, columns: Sequence[str], records: Sequence[Record]) -> set[str]:
        marks = ", ".join(["%s"] * len(columns))
        changes = self.assignments(columns[2:], "excluded.{0}")
        sql = (
            f"INSERT INTO {self.table} ({self.names(columns)}) VALUES ({marks})"
            f" ON CONFLICT (stripe_id) DO UPDATE SET {changes}"
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, [self.adapted(record) for record in records])
        return set()

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        changes = self.assignments((*MOVING, "synced_at"), "%s")
        records = [self.adapted((*moved(d.state), now, d.state.id)) for d in touched]
        with self.connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {self.table} SET {changes} WHERE id = %s", records)


class MySQL(Statements):
    """MariaDB and MySQL."""

    def write(self, columns: Sequence[str], records: Sequence[Record]) -> set[str]:
        known = [record for record in records if record[0] is not None]
        new = [record for record in records if record[0] is None]
        if known:
            changes = self.assignments(columns[2:], "VALUES({0})")
            self._insert(columns, known, f" ON DUPLICATE KEY UPDATE {changes}")
        return self._insert_new(columns, new) if new else set()

    def _insert_new(self, columns: Sequence[str], new: Sequence[Record]) -> set[str]:
        # A plain INSERT: with ON DUPLICATE KEY, nothing would tell what it overwrote.
        try:
            with transaction.atomic(using=self.connection.alias):
                self._insert(columns, new)
        except IntegrityError as error:
            if error.args[0] != 1062:  # ER_DUP_ENTRY
                raise
            return {record[1] for record in new}
        return set()

    def _insert(self, columns: Sequence[str], records: Sequence[Record], then: str = "") -> None:
        marks = ", ".join(["%s"] * len(columns))
        rows = ", ".join([f"({marks})"] * len(records))
        values = [value for record in records for value in self.adapted(record)]
        sql = f"INSERT INTO {self.table} ({self.names(columns)}) VALUES {rows}{then}"
        self.execute(sql, values)

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        columns = ("id", *MOVING)
        row = "SELECT " + ", ".join(f"%s AS {name}" for name in columns)
        rows = " UNION ALL ".join([row] * len(touched))
        values = (v for d in touched for v in self.adapted((d.state.id, *moved(d.state))))
        changes = ", ".join(f"t.{name} = v.{name}" for name in MOVING)
        sql = (
            f"UPDATE {self.table} t JOIN ({rows}) v ON v.id = t.id SET {changes}, t.synced_at = %s"
        )
        self.execute(sql, [*values, self._adapt(now)])


class PostgreSQL(Statements):
    """Through ``INSERT`` with values, which any driver and any user can do."""

    _along: Statement | None = None  # sent with the next merge

    def read(self, stripe_ids: Sequence[str]) -> dict[str, State]:
        # One parameter: the driver takes a query with hundreds of them apart slowly.
        sql = (
            f"SELECT {self.names(STATE)} FROM {self.table} WHERE stripe_id = ANY(%s)"
            " ORDER BY stripe_id FOR UPDATE"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(sql, [list(stripe_ids)])
            return {stripe_id: State(*state) for *state, stripe_id in cursor.fetchall()}

    def send(self, groups: Iterable[Group], touched: Sequence[Decision], now: datetime) -> set[str]:
        self._along = self._touching(touched, now) if touched else None
        lost = super().send(groups, (), now)
        if self._along:
            self.execute(*self._along)
        return lost

    def write(self, columns: Sequence[str], records: Sequence[Record]) -> set[str]:
        marks = ", ".join([f"COALESCE(%s, {self.next_id})", *["%s"] * (len(columns) - 1)])
        rows = ", ".join([f"({marks})"] * len(records))
        values = [value for record in records for value in record]
        return self.merge(columns, f"VALUES {rows}", values, records)

    @property
    def next_id(self) -> str:
        return f"nextval(pg_get_serial_sequence('{self.table}', 'id'))"

    def merge(
        self, columns: Sequence[str], rows: str, values: Sequence[Any], records: Sequence[Record]
    ) -> set[str]:
        changes = self.assignments(columns[2:], "excluded.{0}")
        sql = (
            f"INSERT INTO {self.table} AS t ({self.names(columns)}) {rows}"
            f" ON CONFLICT (stripe_id) DO UPDATE SET {changes} WHERE t.id = excluded.id"
            " RETURNING stripe_id"
        )
        if self._along:  # one way to the server less
            touching, parameters = self._along
            sql, values = f"WITH touched AS ({touching}) {sql}", [*parameters, *values]
            self._along = None
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

    def write(self, columns: Sequence[str], records: Sequence[Record]) -> set[str]:
        if len(records) < self.worthwhile:
            return super().write(columns, records)
        if all(record[0] is None for record in records) and self._insert(columns, records):
            return set()
        page = f"stripe_django_page_{next(_pages)}"
        self.execute(
            f"CREATE TEMPORARY TABLE {page} ON COMMIT DROP"
            f" AS SELECT {self.names(columns)} FROM {self.table} WITH NO DATA"
        )
        self._copy(page, columns, records)
        rows = f"SELECT COALESCE(id, {self.next_id}), {self.names(columns[1:])} FROM {page}"
        return self.merge(columns, rows, (), records)

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


def _postgresql(connection: BaseDatabaseWrapper) -> Callable[..., Statements]:
    return PostgreSQLCopy if _can_copy(connection) else PostgreSQL


def _can_copy(connection: BaseDatabaseWrapper) -> bool:
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


def statements_for(connection: BaseDatabaseWrapper, model: type[StripeModel]) -> Statements:
    """The statements for a model on this connection."""
    kinds: dict[str, Callable[..., Statements]] = {
        "sqlite": SQLite,
        "mysql": MySQL,
        "postgresql": _postgresql(connection) if connection.vendor == "postgresql" else PostgreSQL,
    }
    return kinds[connection.vendor](connection, model)
