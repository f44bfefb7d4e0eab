"""The common part of the three databases' statements.

For one table, the statements write some rows whole, and touch others: only their state changes. A
row that the writer has read is locked, and its record has the ``id``. The record of an unknown
row has none; if another transaction has inserted it meanwhile, it is left alone and its
``stripe_id`` is returned as conflicted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from stripe_django.models import Home
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import final_states, schema_for
from stripe_django.sync.writer.precedence import Decision, State
from stripe_django.sync.writer.withholding.marks import Known

STATE = (
    *("stripe_id", "id", "as_of", "as_of_kind", "digest", "ambiguous", "deleted_at"),
    *("as_of_from", "as_of_source", "stripe_account"),
)
STATE_COLUMNS = (
    *("as_of", "as_of_from", "as_of_kind", "as_of_source", "ambiguous", "deleted_at"),
    "stripe_account",
)

BASE_COLUMNS = ("id", "stripe_id", *STATE_COLUMNS, "digest", "synced_at")


Values = tuple[Any, ...]
Convert = Callable[[Iterable[Sequence[Any]]], Iterable[Sequence[Any]]]


class InsertedMeanwhileError(Exception):
    """Another transaction has inserted one of the rows: send them again.

    Raised once at most by the same statements, and only where the caller has a savepoint.
    """


class Record(NamedTuple):
    """A row to be written whole, with the values of its ``BASE_COLUMNS``."""

    own: Values
    row: Row

    @property
    def is_new(self) -> bool:
        return self.own[0] is None


Group = tuple[frozenset[str], Sequence[Record]]  # the columns that are left alone, and rows


def record(decision: Decision, now: datetime) -> Record:
    row, state = decision.content, decision.state
    assert row is not None
    own = (state.id, row.stripe_id, *state_values(state), state.digest, now)
    return Record(own, row)


def state_values(state: State) -> Values:
    """The values of the ``STATE_COLUMNS`` columns."""
    return (
        *(state.as_of, state.as_of_from, state.as_of_kind, state.as_of_source),
        *(state.ambiguous, state.deleted_at, state.account),
    )


class Statements:
    """The statements for one table.

    ``reports_conflicts`` is true if an insert leaves an existing row alone and returns it as
    conflicted. ``may_copy_new`` permits to copy new rows without a look for others of their ids;
    the caller then has a savepoint for ``InsertedMeanwhileError``.
    """

    reports_conflicts = True
    may_copy_new = False

    def __init__(self, connection: BaseDatabaseWrapper, model: type[StripeModel]) -> None:
        self.connection = connection
        self.model = model
        self.table = connection.ops.quote_name(model._meta.db_table)
        self._moments: dict[datetime, Any] = {}  # as the driver takes them; a page shares them
        self.final = final_states(model)
        self.filled = [column.attname for column in schema_for(model).columns]  # from payloads

    def lock(self) -> None:
        """Lock the table, where single rows cannot be locked."""

    def read(self, stripe_ids: Sequence[str]) -> dict[str, State]:
        """The stored states by ``stripe_id``, locked until the transaction ends."""
        return self.states(self._locked(stripe_ids))

    def read_first(self, stripe_ids: Sequence[str]) -> tuple[dict[str, State], Known]:
        """The same, and what this transaction has to know of erasures, in one statement."""
        sql, values, convert = self._locking(stripe_ids)
        quote = self.connection.ops.quote_name
        keys, mode = (
            f"(SELECT {quote(name)} FROM {quote(Home._meta.db_table)} WHERE id = {Home.SINGLETON})"
            for name in ("erasure_keys", "livemode")
        )
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT k.*, f.* FROM (SELECT {keys} AS erasure_keys, {mode} AS livemode) k"
                f" LEFT JOIN ({sql}) f ON 1 = 1",
                values,
            )
            found = cursor.fetchall()
        known = Known(found[0][0] or "", bool(found[0][1]))
        return self.states(convert([row[2:] for row in found if row[2] is not None])), known

    def _locked(self, stripe_ids: Sequence[str]) -> QuerySet[Any, Any]:
        locked = self.model._base_manager.using(self.connection.alias).select_for_update()
        found = locked.filter(stripe_id__in=stripe_ids).order_by("stripe_id")
        return found.values_list(*self.state_columns)

    def _locking(self, stripe_ids: Sequence[str]) -> tuple[str, Sequence[Any], Convert]:
        """The statement that locks rows, its parameters, and what makes states of its results."""
        compiler = self._locked(stripe_ids).query.get_compiler(connection=self.connection)
        sql, values = compiler.as_sql()
        converters = compiler.get_converters([each for each, _, _ in compiler.select])
        return sql, values, lambda rows: compiler.apply_converters(rows, converters)

    @property
    def state_columns(self) -> list[str]:
        """The columns that ``states`` takes."""
        return [*STATE, *([self.final.attname] if self.final else ())]

    def states(self, found: Iterable[Sequence[Any]]) -> dict[str, State]:
        """The states in the values of ``state_columns``, by ``stripe_id``."""
        if self.final is None:
            return {stripe_id: State(*state) for stripe_id, *state in found}
        final = self.final.values
        return {
            stripe_id: State._make((*state, status in final)) for stripe_id, *state, status in found
        }

    def send(self, groups: Iterable[Group], touched: Sequence[Decision], now: datetime) -> set[str]:
        """Write some rows whole and touch others; returns the ids of conflicted rows."""
        conflicted: set[str] = set()
        for preserved_columns, records in groups:
            conflicted |= self.write(preserved_columns, records)
        if touched:
            self.touch(touched, now)
        return conflicted

    def write(self, preserved_columns: frozenset[str], records: Sequence[Record]) -> set[str]:
        """Insert or update rows, but for some columns; returns the ids of conflicted rows."""
        raise NotImplementedError

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        """Write the state of rows whose content stays."""
        raise NotImplementedError

    def columns(self, preserved_columns: frozenset[str] = frozenset()) -> list[str]:
        """The columns of a row that is written whole."""
        return [
            *BASE_COLUMNS,
            "extra",
            *(name for name in self.filled if name not in preserved_columns),
        ]

    def values(self, record: Record, preserved_columns: frozenset[str] = frozenset()) -> Values:
        """Their values."""
        return self._values(record.own, record.row, record.row.values, preserved_columns)

    def adapted_values(
        self, record: Record, preserved_columns: frozenset[str] = frozenset()
    ) -> Values:
        """Their values for drivers that take no times and decimals."""
        values = [*record.row.values]
        for place in _adapted_places(self.model):
            if values[place] is not None:
                values[place] = self._adapt(values[place])
        return self._values(self.adapted(record.own), record.row, values, preserved_columns)

    def _values(
        self, own: Values, row: Row, values: Sequence[Any], preserved_columns: frozenset[str]
    ) -> Values:
        if preserved_columns:
            pairs = zip(self.filled, values, strict=True)
            values = [value for name, value in pairs if name not in preserved_columns]
        return (*own, row.extra, *values)

    def names(self, columns: Iterable[str]) -> str:
        return ", ".join(map(self.connection.ops.quote_name, columns))

    def assignments(self, columns: Iterable[str], value: str) -> str:
        names = map(self.connection.ops.quote_name, columns)
        return ", ".join(f"{name} = {value.format(name)}" for name in names)

    def updating(self, columns: Iterable[str]) -> str:
        """SQL that updates columns of one row; the last parameter is its id."""
        return f"UPDATE {self.table} SET {self.assignments(columns, '%s')} WHERE id = %s"

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def adapted(self, own: Values) -> Values:
        """The values of a state, and other times of a page, for such a driver."""
        return tuple([self._moment(v) if type(v) is datetime else v for v in own])

    def _moment(self, value: datetime) -> Any:
        if value not in self._moments:
            self._moments[value] = self._adapt(value)
        return self._moments[value]

    def _adapt(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value)
        return self.connection.ops.adapt_datetimefield_value(value)


@cache
def _adapted_places(model: type[StripeModel]) -> list[int]:
    """Where the values of a row have times and decimals."""
    kinds = (models.DateTimeField, models.DecimalField)
    columns = schema_for(model).columns
    return [place for place, column in enumerate(columns) if isinstance(column.field, kinds)]
