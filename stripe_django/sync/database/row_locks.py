"""Row locks, and their replacement on SQLite, which has a single lock for the whole database.

A transaction on SQLite that has only read cannot write once another process has committed: it
fails at once, however long it may wait for locks. So a transaction that will write takes the write
lock with its first statement, and a transaction that may be long takes it as late as possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def locked(rows: QuerySet[Row]) -> Row | None:
    """The first of the rows, if there is any, locked until the transaction ends."""
    if not can_lock_rows(rows.db) and not rows.update(**_itself(rows)):
        return None
    return rows.select_for_update().first()


def all_locked(rows: QuerySet[Row, Any], *, skip_locked: bool = False) -> list[Any]:
    """The rows, locked until the transaction ends.

    It waits for rows that others have locked, or leaves them out with ``skip_locked``, on databases
    that can.
    """
    take_write_lock(rows)
    can_skip = connections[rows.db].features.has_select_for_update_skip_locked
    return list(rows.select_for_update(skip_locked=skip_locked and can_skip))


def take_write_lock(rows: QuerySet[Row, Any]) -> None:
    """Take the write lock of a database that cannot lock rows, by the table of these."""
    if not can_lock_rows(rows.db):
        rows.model._base_manager.using(rows.db).filter(pk__lt=0).update(**_itself(rows))


def can_lock_rows(using: str) -> bool:
    return bool(connections[using].features.has_select_for_update)


@contextmanager
def late_write_lock(using: str) -> Iterator[None]:
    """A transaction that takes SQLite's write lock with its first write, not when it begins."""
    connection: Any = connections[using]
    with ExitStack() as stack:
        mode = getattr(connection, "transaction_mode", None)  # of SQLite's BEGIN
        if mode:
            connection.transaction_mode = None
        try:
            stack.enter_context(transaction.atomic(using=using))
        finally:
            if mode:
                connection.transaction_mode = mode
        yield


def _itself(rows: QuerySet) -> dict[str, F]:
    """An update that changes nothing."""
    key = rows.model._meta.pk.name
    return {key: F(key)}
