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
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models.base import StripeModel

from ..guard import Decision, State

STATE = ("id", "as_of", "as_of_kind", "digest", "doubtful", "deleted_at", "stripe_id")
MOVING = ("as_of", "as_of_kind", "doubtful", "deleted_at")

Record = tuple[Any, ...]
Group = tuple[Sequence[str], Sequence[Record]]  # columns, and rows with a value for each


def moved(state: State) -> Record:
    """The values of the ``MOVING`` columns."""
    return state.as_of, state.as_of_kind, state.doubtful, state.deleted_at


class Statements:
    """The statements for one table; ``records`` begin with ``id`` and ``stripe_id``."""

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
