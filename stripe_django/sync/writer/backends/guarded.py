"""SQL of PostgreSQL that writes one row without a look at the stored one before.

It takes only what is surely newer, as ``precedence`` has it; all else is left as it is, for the
way that looks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stripe_django.models.base import AsOfKind
from stripe_django.sync.mapping.rows import DIGEST_SEPARATOR, Rank, Row
from stripe_django.sync.mapping.schema import schema_for

from .base import Record, Statements

# The stored row is ``t``. Times of events are whole seconds, so an earlier one has ended.
GUARD: Mapping[str, str] = {
    "its time is earlier": "t.as_of < excluded.as_of",
    "it is not ambiguous": "NOT t.ambiguous",
    "it was never deleted": "t.deleted_at IS NULL",
    "it is of the same account": "t.stripe_account = excluded.stripe_account",
    "it has other content": (
        f"split_part(t.digest, '{DIGEST_SEPARATOR}', 1)"
        f" <> split_part(excluded.digest, '{DIGEST_SEPARATOR}', 1)"
    ),
}


def is_plain(row: Row) -> bool:
    """Whether a snapshot is one of an event that shows the object alive, and that has no links,
    lists or unknown account to be written with it.
    """
    moment = row.moment
    if moment.as_of is None or moment.kind != AsOfKind.EVENT or moment.as_of.microsecond:
        return False
    is_alive = row.deleted_at is None and moment.rank in (Rank.CREATED, Rank.EVENT)
    has_lists = row.members and schema_for(row.model).has_orphan_removal
    is_alone = not (row.links or row.incomplete or has_lists)
    return is_alive and is_alone and row.has_content and row.establishes_account


def inserting(
    statements: Statements,
    preserved_columns: frozenset[str],
    source: tuple[str, str],
    guard: Iterable[str] | None = None,
) -> str:
    """SQL that inserts a row, or updates the stored one if the ``guard`` holds.

    ``source`` has the parameters, and the table whose row permits it. It returns ``is_new``, or
    nothing for what it leaves alone; without a guard, that is every row that is there.
    """
    columns = statements.columns(preserved_columns)[1:]
    parameters, table = source
    then = "NOTHING RETURNING true AS is_new"
    if guard is not None:
        changes = statements.assignments(columns[1:], "excluded.{0}")
        # Only a row that was there has been locked by this transaction before.
        then = f"UPDATE SET {changes} WHERE {' AND '.join(guard)} RETURNING t.xmax = 0 AS is_new"
    return (
        f"INSERT INTO {statements.table} AS t ({statements.names(columns)})"
        f" SELECT {parameters} FROM {table} ON CONFLICT (stripe_id) DO {then}"
    )


def texts(statements: Statements, record: Record) -> list[str | None]:
    """The parameters of ``inserting``, as text."""
    return as_texts(statements.values(record, record.row.preserved_columns)[1:])


def as_texts(values: Iterable[Any]) -> list[str | None]:
    """As text, so that all executions have the same types, and share one prepared statement."""
    return [v if v is None or type(v) is str else str(v) for v in values]
