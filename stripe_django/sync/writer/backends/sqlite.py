"""SQLite. It has one writer at a time, so no other transaction inserts a row meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stripe_django.sync.writer.precedence import Decision

from .base import STATE_COLUMNS, Record, Statements, Values, state_values


class SQLite(Statements):
    reports_conflicts = False

    def lock(self) -> None:
        # A transaction that only reads at first could not write after another one's commit.
        self.execute(f"UPDATE {self.table} SET id = id WHERE id IS NULL")

    def write(self, preserved_columns: frozenset[str], records: Sequence[Record]) -> set[str]:
        columns = self.columns(preserved_columns)
        rows = [self.adapted_values(record, preserved_columns) for record in records]
        marks = ", ".join(["%s"] * (len(columns) - 1))
        self._run(
            f"INSERT INTO {self.table} ({self.names(columns[1:])}) VALUES ({marks})",
            [row[1:] for row in rows if row[0] is None],
        )
        self._run(
            self.updating(columns[2:]),
            [(*row[2:], row[0]) for row in rows if row[0] is not None],
        )
        return set()

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        rows = [self.adapted((*state_values(d.state), now, d.state.id)) for d in touched]
        self._run(self.updating((*STATE_COLUMNS, "synced_at")), rows)

    def _run(self, sql: str, rows: Sequence[Values]) -> None:
        """One prepared statement, run for each row."""
        if rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(sql, rows)
