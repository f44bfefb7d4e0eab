"""SQLite: one writer at a time, so nobody else can have inserted a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stripe_django.sync.writer.precedence import Decision

from .base import MOVING, Record, Statements, Values, moved


class SQLite(Statements):
    tells_lost = False

    def lock(self) -> None:
        # A transaction that only reads at first could not write after another one's commit.
        self.execute(f"UPDATE {self.table} SET id = id WHERE id IS NULL")

    def write(self, untouched: frozenset[str], records: Sequence[Record]) -> set[str]:
        columns = self.columns(untouched)
        rows = [self.adapted(self.values(record, untouched)) for record in records]
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
        rows = [self.adapted((*moved(d.state), now, d.state.id)) for d in touched]
        self._run(self.updating((*MOVING, "synced_at")), rows)

    def _run(self, sql: str, rows: Sequence[Values]) -> None:
        """One prepared statement, run for each row."""
        if rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(sql, rows)
