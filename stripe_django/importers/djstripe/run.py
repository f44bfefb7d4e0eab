"""The import: tables of dj-stripe, some rows at a time, into the mirror."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import router, transaction

from stripe_django.models import Event
from stripe_django.sync.database import retries
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.report import Report

from .accounts import Accounts, accounts
from .facts import FACTS
from .objects import Mapper, Outcome
from .tables import Found, Table, batches, find

BATCH = 500
ATTEMPTS = 12  # at a transaction: SQLite has one writer at a time
SEPARATOR = ":"
MAX_FAILURES = 1_000  # that are described; all are counted


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """``database`` is the alias of dj-stripe's tables, ``account`` the id of your own account.

    ``objects`` are the names of the objects to import, by default all. After a ``cursor``, the
    import continues. With ``dry_run``, each batch is written and rolled back.
    """

    database: str
    objects: Sequence[str] = ()
    account: str = ""
    cursor: str = ""
    dry_run: bool = False


@dataclass(slots=True)
class TableRun:
    """What became of the rows of a table, by their outcome, and how many were read."""

    table: Table
    read: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


@dataclass(slots=True)
class Import:
    """An import; ``step`` by ``step`` until there is nothing left.

    ``report`` has the counts of the mirror's rows, nested objects' included, and the first
    failures; ``failed`` counts all of them, and ``ambiguous`` the rows that it has left ambiguous.
    ``cursor`` is where another one may continue; it is empty once everything is imported.
    """

    options: ImportOptions
    found: Found
    runs: list[TableRun] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    failed: int = 0
    ambiguous: int = 0
    cursor: str = ""

    @classmethod
    def of(cls, options: ImportOptions) -> Import:
        return cls(options, find(options.database), cursor=options.cursor)

    def run(self) -> Iterator[None]:
        """Import, and yield after each batch, once it is committed.

        Raises ``UnknownModeError`` and ``UnknownOwnerError`` before anything is written.
        """
        using = router.db_for_write(Event)
        mine = accounts(self.found, self.options.account, using, stores=not self.options.dry_run)
        for name in self._names():
            table = self.found.table(name)
            run = TableRun(table)
            self.runs.append(run)
            for rows in batches(table, self._after(table), BATCH):
                self._write(rows, run, mine, using)
                self.cursor = f"{table.name}{SEPARATOR}{rows[-1][table.key]}"
                yield
        self.cursor = ""

    def _names(self) -> list[str]:
        """The tables that are left, in their order."""
        objects = self.options.objects
        wanted = [
            name for name in self.found.names if not objects or FACTS[name].object_name in objects
        ]
        current = self.cursor.partition(SEPARATOR)[0]
        return wanted[wanted.index(current) :] if current in wanted else wanted

    def _after(self, table: Table) -> Any:
        name, _, key = self.cursor.partition(SEPARATOR)
        return key if name == table.name else None

    def _write(self, rows: list[dict[str, Any]], run: TableRun, mine: Accounts, using: str) -> None:
        mapped = Mapper(run.table, mine).mapped(rows)
        for attempt in retries.transactions(using, attempts=ATTEMPTS):
            with attempt:
                report = upsert.write_in_transaction(mapped.rows, using=using)
                if self.options.dry_run:
                    transaction.set_rollback(True, using=using)
        for failure in mapped.failures:
            report.fail(failure)
        self._count(report)
        run.read += len(rows)
        run.outcomes += mapped.outcomes

    def _count(self, report: Report) -> None:
        """Add the counts of a batch, and of the rest no more than memory has room for.

        What is ambiguous is left to the next sync: a refetch for each may be as many as there are.
        """
        self.ambiguous += len({(each.model, each.stripe_id) for each in report.conflicts})
        self.failed += len(report.failures)
        self.report.counts.update(report.counts)
        self.report.failures += report.failures[: MAX_FAILURES - len(self.report.failures)]
