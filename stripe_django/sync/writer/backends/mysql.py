"""MariaDB and MySQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from stripe_django.sync.writer.precedence import Decision

from .base import STATE_COLUMNS, Record, Statements, Values, state_values

DUPLICATE_ENTRY = 1062


class MySQL(Statements):
    def write(self, preserved_columns: frozenset[str], records: Sequence[Record]) -> set[str]:
        known = [record for record in records if not record.is_new]
        new = [record for record in records if record.is_new]
        if known:
            changes = self.assignments(self.columns(preserved_columns)[2:], "VALUES({0})")
            self._insert(preserved_columns, known, f" ON DUPLICATE KEY UPDATE {changes}")
        return self._insert_new(preserved_columns, new) if new else set()

    def _insert_new(self, preserved_columns: frozenset[str], new: Sequence[Record]) -> set[str]:
        # A plain INSERT: with ON DUPLICATE KEY, nothing would show what it overwrote.
        try:
            with transaction.atomic(using=self.connection.alias):
                self._insert(preserved_columns, new)
        except IntegrityError as error:
            if error.args[0] != DUPLICATE_ENTRY:
                raise
            return {record.row.stripe_id for record in new}
        return set()

    def _insert(
        self, preserved_columns: frozenset[str], records: Sequence[Record], then: str = ""
    ) -> None:
        columns = self.columns(preserved_columns)
        rows = [self.adapted_values(record, preserved_columns) for record in records]
        marks = ", ".join(map(_marks, rows))
        sql = f"INSERT INTO {self.table} ({self.names(columns)}) VALUES {marks}{then}"
        values = [value for row in rows for value in row if value is not None]
        self.execute(sql, values)

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        columns = ("id", *STATE_COLUMNS)
        row = "SELECT " + ", ".join(f"%s AS {name}" for name in columns)
        rows = " UNION ALL ".join([row] * len(touched))
        values = (v for d in touched for v in self.adapted((d.state.id, *state_values(d.state))))
        changes = ", ".join(f"t.{name} = v.{name}" for name in STATE_COLUMNS)
        sql = (
            f"UPDATE {self.table} t JOIN ({rows}) v ON v.id = t.id SET {changes}, t.synced_at = %s"
        )
        self.execute(sql, [*values, self._adapt(now)])


def _marks(values: Values) -> str:
    """The place of a row's values; most have none, and drivers take their time to say so."""
    return f"({', '.join(['NULL' if value is None else '%s' for value in values])})"
