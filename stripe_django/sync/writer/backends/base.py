"""What the statements of the three databases have in common.

All of them do the same to one table: write some rows whole, and touch others, of which only the
state moves. A row that the writer has seen is locked by then, and carries its ``id``. One that it
has not seen carries none; if somebody else has inserted it meanwhile, nothing is written for it
and its ``stripe_id`` is answered as lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.writer.overlap import Meanwhile, nothing
from stripe_django.sync.writer.precedence import Decision, State

STATE = (
    *("id", "as_of", "as_of_kind", "digest", "doubtful", "deleted_at", "stripe_account"),
    "stripe_id",
)
MOVING = ("as_of", "as_of_kind", "doubtful", "deleted_at", "stripe_account")

OWN = ("id", "stripe_id", *MOVING, "digest", "synced_at")

ADAPTED = frozenset({datetime, Decimal})

Values = tuple[Any, ...]


class Record(NamedTuple):
    """A row that is to be written whole, with the values of its ``OWN`` columns."""

    own: Values
    row: Row

    @property
    def is_new(self) -> bool:
        return self.own[0] is None


Group = tuple[frozenset[str], Sequence[Record]]  # the columns that stay as they are, and rows


def record(decision: Decision, now: datetime) -> Record:
    row, state = decision.content, decision.state
    assert row is not None
    own = (state.id, row.stripe_id, *moved(state), row.digest, now)
    return Record(own, row)


def moved(state: State) -> Values:
    """The values of the ``MOVING`` columns."""
    return state.as_of, state.as_of_kind, state.doubtful, state.deleted_at, state.account


class Statements:
    """The statements for one table.

    ``tells_lost`` says whether a row that is there although it was not seen is left alone.
    ``meanwhile`` is done while the database works, where the driver does not insist on waiting.
    """

    tells_lost = True

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        model: type[StripeModel],
        meanwhile: Meanwhile = nothing,
    ) -> None:
        self.connection = connection
        self.meanwhile = meanwhile
        self.model = model
        self.table = connection.ops.quote_name(model._meta.db_table)
        self._moments: dict[datetime, Any] = {}  # as the driver takes them: a page shares most
        self.filled = [column.attname for column in schema_for(model).columns]  # from payloads

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
        for untouched, records in groups:
            lost |= self.write(untouched, records)
        if touched:
            self.touch(touched, now)
        return lost

    def write(self, untouched: frozenset[str], records: Sequence[Record]) -> set[str]:
        """Insert or update rows whole, some columns apart; answers the ids of the lost ones."""
        raise NotImplementedError

    def touch(self, touched: Sequence[Decision], now: datetime) -> None:
        """Move the state of rows whose content stays."""
        raise NotImplementedError

    def columns(self, untouched: frozenset[str] = frozenset()) -> list[str]:
        """The columns of a row that is written whole."""
        return [*OWN, "extra", *(name for name in self.filled if name not in untouched)]

    def values(self, record: Record, untouched: frozenset[str] = frozenset()) -> Values:
        """Their values."""
        values = record.row.values
        if untouched:
            pairs = zip(self.filled, values, strict=True)
            values = [value for name, value in pairs if name not in untouched]
        return (*record.own, record.row.extra, *values)

    def names(self, columns: Iterable[str]) -> str:
        return ", ".join(map(self.connection.ops.quote_name, columns))

    def assignments(self, columns: Iterable[str], value: str) -> str:
        names = map(self.connection.ops.quote_name, columns)
        return ", ".join(f"{name} = {value.format(name)}" for name in names)

    def updating(self, columns: Iterable[str]) -> str:
        """The SQL that sets some columns of the row with an id, which is its last parameter."""
        return f"UPDATE {self.table} SET {self.assignments(columns, '%s')} WHERE id = %s"

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def adapted(self, values: Values) -> Values:
        """The values as drivers without times and decimals of their own take them."""
        return tuple([self._adapt(v) if type(v) in ADAPTED else v for v in values])

    def _adapt(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value)
        if value not in self._moments:
            self._moments[value] = self.connection.ops.adapt_datetimefield_value(value)
        return self._moments[value]
