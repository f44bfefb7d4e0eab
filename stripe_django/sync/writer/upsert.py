"""Writes rows to the database. Nothing else writes mirrored tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from stripe_django import telemetry
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.models import Customer
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import described
from stripe_django.sync.database import retries
from stripe_django.sync.mapping.rows import Row
from stripe_django.telemetry import metrics, names

from . import list_members, many_to_many
from .backends import (
    Group,
    InsertedMeanwhileError,
    Record,
    Statements,
    record,
    statements_for,
)
from .changes import Changes
from .precedence import Decision, Outcome, State, decide
from .report import Conflict, Failure, Report
from .withholding.marks import Known
from .withholding.rows import withhold

CHUNK = 500  # keys in one statement
ATTEMPTS = 6
REFUSALS = (DatabaseError, ValueError, OverflowError)  # the last two from drivers, for a value

Tables = dict[type[StripeModel], dict[str, list[Row]]]


def write(rows: Iterable[Row], *, using: str, known: Known | None = None) -> Report:
    """Write rows in one transaction, whatever their order, age and number.

    Deadlocks are retried, unless the caller has a transaction open. A row that the database
    refuses is reported and left out; the others are written. ``known`` is what the caller's
    transaction has read of erasures; without it, the first statement reads that, too.
    """
    tables = _tables_of(rows)
    for attempt in retries.transactions(using):
        with attempt:
            report = _write_tables(tables, connections[using], known)
    return report


def write_in_transaction(rows: Iterable[Row], *, using: str) -> Report:
    """The same in the caller's transaction, without a savepoint; see ``retries.transactions``."""
    return _write_tables(_tables_of(rows), connections[using])


def write_all(
    rows: Iterable[Row],
    *,
    using: str,
    known: Known | None = None,
    assume_absent: Collection[type[StripeModel]] = (),
) -> Report:
    """Write all of the rows or none: raises what the database says if it refuses one.

    For few rows, within a transaction of the caller's that has written something, and that is
    undone then: so no savepoint has to be set, and no lock to be taken on SQLite. Tables of
    ``new`` most likely have none of the rows, and need not be looked into first.
    """
    return _write_tables(
        _tables_of(rows),
        connections[using],
        known,
        all_or_nothing=True,
        assume_absent=assume_absent,
    )


def _tables_of(rows: Iterable[Row]) -> Tables:
    """The rows by table and key."""
    tables: Tables = defaultdict(lambda: defaultdict(list))
    for row in rows:
        tables[row.model][row.stripe_id].append(row)
    return tables


def _write_tables(
    tables: Tables,
    connection: BaseDatabaseWrapper,
    known: Known | None = None,
    *,
    all_or_nothing: bool = False,
    assume_absent: Collection[type[StripeModel]] = (),
) -> Report:
    erasures = _Erasures(tables, connection.alias)
    if known is not None:
        erasures.learn(known)
    with observed(sum(map(len, tables.values())), connection.alias) as counts:
        report = _write(tables, connection, erasures, all_or_nothing, assume_absent)
        counts.update(report.counts)
    return report


@contextmanager
def observed(rows: int, using: str) -> Iterator[Counter[tuple[str, Outcome]]]:
    """The span of a write of so many rows; what is counted meanwhile is measured afterwards."""
    counts: Counter[tuple[str, Outcome]] = Counter()
    if not telemetry.is_installed:
        yield counts
        return
    with telemetry.span(names.WRITE, {names.ROWS: rows}):
        yield counts
    transaction.on_commit(partial(_measure, counts), using=using, robust=True)


def _measure(counts: Mapping[tuple[str, Outcome], int]) -> None:
    """Once they are committed: a transaction that is rolled back is repeated."""
    for (name, outcome), count in counts.items():
        metrics.ROWS.add(count, {names.OBJECT: name, names.OUTCOME: outcome.value})


def _write(
    tables: Tables,
    connection: BaseDatabaseWrapper,
    erasures: _Erasures,
    all_or_nothing: bool,
    assume_absent: Collection[type[StripeModel]],
) -> Report:
    report = Report()
    changes = Changes() if settings.change_feed else None
    lists = []
    for model in sorted(tables, key=lambda model: model._meta.db_table):
        statements = statements_for(connection, model)
        is_absent = model in assume_absent and statements.reports_conflicts
        table = _Table(
            *(model, statements, connection.alias, report, erasures),
            *(all_or_nothing, is_absent, changes),
        )
        keys = sorted(tables[model])
        for start in range(0, len(keys), CHUNK):
            table.write({key: tables[model][key] for key in keys[start : start + CHUNK]})
        lists.append(table.lists)
    for each in lists:  # once all members are there
        each.write(connection.alias, changes)
    if changes is not None:
        changes.write(connection.alias)
    return report


@dataclass(slots=True)
class _Erasures:
    """Withholds what belongs to erased customers, once the transaction knows whether any are."""

    tables: Tables
    using: str
    is_known: bool = False
    customers: frozenset[str] = frozenset()  # of whom no row is written

    def learn(self, known: Known) -> bool:
        """Withhold what has to be; returns whether stored rows were changed by it."""
        self.is_known = True
        if not known.erasure_keys:
            return False
        every = (rows for table in self.tables.values() for rows in table.values())
        found = withhold([row for rows in every for row in rows], known, self.using)
        self.customers = found.customers
        return bool(found.reached)


@dataclass(slots=True)
class _Table:
    """One table of one transaction.

    With ``all_or_nothing``, a refused row raises. With ``assume_absent``, the first write does not
    read the stored rows: a row that exists anyway is reported as conflicted, and then read.
    """

    model: type[StripeModel]
    statements: Statements
    using: str
    report: Report
    erasures: _Erasures
    all_or_nothing: bool = False
    assume_absent: bool = False
    changes: Changes | None = None
    lists: list_members.Lists = field(init=False)

    def __post_init__(self) -> None:
        self.lists = list_members.Lists(self.model)
        self.statements.may_copy_new = not self.all_or_nothing

    def write(self, pending: dict[str, list[Row]]) -> None:
        if not self.all_or_nothing:
            self.statements.lock()
        for _ in range(ATTEMPTS):
            if not pending:
                return
            pending = self._write_once(pending)
        for key, rows in pending.items():  # singly: on some databases one conflict fails them all
            if self._write_once({key: rows}):
                self._refuse(key, IntegrityError("the database takes this id for another one"))

    def _write_once(self, pending: dict[str, list[Row]]) -> dict[str, list[Row]]:
        """Write what is newer than the stored rows; returns the rows that conflicted."""
        seen = self._read(list(pending))
        pending = self._unerased(pending)
        now = clock_of(settings.api_base).best_now()
        decisions = {key: decide(seen.get(key), rows, now) for key, rows in pending.items()}
        conflicted, refused = self._attempt(decisions)
        left_out = conflicted | refused
        done = {key: d for key, d in decisions.items() if key not in left_out}
        self._count(done)
        self.report.before.update({(self.model, key): seen[key] for key in done if key in seen})
        if self.changes is not None:
            self.changes.add(self.model, [key for key, each in done.items() if each.is_visible])
        written = [decision.content for decision in done.values() if decision.content]
        many_to_many.write(self.model, written, self.using)
        if self.lists.has_bound:
            for key, decision in done.items():
                self.lists.note(pending[key], decision)
        return {key: rows for key, rows in pending.items() if key in conflicted}

    def _unerased(self, pending: dict[str, list[Row]]) -> dict[str, list[Row]]:
        """The rows without those of erased customers, which are counted."""
        if self.model is not Customer or self.erasures.customers.isdisjoint(pending):
            return pending
        left = {key: rows for key, rows in pending.items() if key not in self.erasures.customers}
        erased = sum(map(len, pending.values())) - sum(map(len, left.values()))
        self.report.counts[self.model.stripe.object_name, Outcome.ERASED] += erased
        return left

    def _read(self, keys: Sequence[str]) -> dict[str, State]:
        if self.erasures.is_known and self.assume_absent:
            self.assume_absent = False
            return {}
        if self.erasures.is_known:
            return self.statements.read(keys)
        seen, known = self.statements.read_first(keys)
        return self.statements.read(keys) if self.erasures.learn(known) else seen

    def _attempt(self, decisions: dict[str, Decision]) -> tuple[set[str], set[str]]:
        """Write the decisions; returns the conflicted and the refused keys.

        A refused row is found by bisection, each half behind its own savepoint.
        """
        if self.all_or_nothing:
            return self._send(list(decisions.values())), set()
        try:
            with transaction.atomic(using=self.using):
                return self._send(list(decisions.values())), set()
        except InsertedMeanwhileError:
            return self._attempt(decisions)
        except REFUSALS as error:
            if retries.is_transient(error) or not connections[self.using].is_usable():
                raise
            if len(decisions) == 1:
                self._refuse(next(iter(decisions)), error)
                return set(), set(decisions)
        keys = list(decisions)
        conflicted, refused = set(), set()
        for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
            halves = self._attempt({key: decisions[key] for key in half})
            conflicted |= halves[0]
            refused |= halves[1]
        return conflicted, refused

    def _send(self, decisions: Sequence[Decision]) -> set[str]:
        now = timezone.now()
        groups = by_columns(record(d, now) for d in decisions if d.is_write)
        return self.statements.send(groups, [d for d in decisions if d.is_touch], now)

    def _refuse(self, stripe_id: str, error: Exception) -> None:
        message = described(error).splitlines()[0]
        self.report.fail(Failure(self.model.stripe.object_name, stripe_id, message))

    def _count(self, decisions: Mapping[str, Decision]) -> None:
        name = self.model.stripe.object_name
        outcomes = Counter(outcome for each in decisions.values() for outcome in each.outcomes)
        for outcome, count in outcomes.items():
            self.report.counts[name, outcome] += count
        if outcomes[Outcome.CONFLICTING]:
            self.report.conflicts += _conflicts(self.model, decisions)
        if outcomes[Outcome.REFETCH]:
            self.report.differences += _differences(self.model, decisions)


def _conflicts(model: type[StripeModel], decisions: Mapping[str, Decision]) -> Iterator[Conflict]:
    for stripe_id, decision in decisions.items():
        if decision.is_conflict and decision.state.as_of:
            yield Conflict(model, stripe_id, decision.state.as_of, decision.differing)


def _differences(model: type[StripeModel], decisions: Mapping[str, Decision]) -> Iterator[Conflict]:
    for stripe_id, decision in decisions.items():
        if decision.needs_refetch:
            yield Conflict(model, stripe_id, None, decision.differing)


def by_columns(records: Iterable[Record]) -> list[Group]:
    """The writes by their preserved columns: almost always one group."""
    groups: dict[frozenset[str], list[Record]] = defaultdict(list)
    for each in records:
        groups[each.row.preserved_columns].append(each)
    return list(groups.items())
