"""SQLite: one writer at a time, so nobody else can have inserted a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..guard import Decision
from .base import MOVING, Record, Statements, moved


class SQLite(Statements):
    tells_lost = False

    def lock(self) -> None:
        # A transaction that only reads at first could not write after another one's commit.
        self.execute(f"UPDATE {self.table} SET id = id WHERE id IS NULL")

    def write(self, untouched: frozenset[str], records: Sequence[Record]) -> set[str]:
        columns = self.columns(untouched)
        marks = ", ".join(["%s"] * len(columns))
        changes = self.assignments(columns[2:], "excluded.{0}")
        sql = (
            f"INSERT INTO {self.table} ({self.names(columns)}) VALUES ({marks})"
            f" ON CONFLICT (stripe_id) DO UPDATE SET {changes}"
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, [self.adapted(self.values(r, untouched)) for r in records])
        return set()

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        changes = self.assignments((*MOVING, "synced_at"), "%s")
        records = [self.adapted((*moved(d.state), now, d.state.id)) for d in touched]
        with self.connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {self.table} SET {changes} WHERE id = %s", records)
