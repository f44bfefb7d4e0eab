"""How long a statement that reads may take before the database ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .lock_timeout import codes_of

# PostgreSQL's query_canceled, MariaDB's and MySQL's statement timeouts
EXPIRED = {"57014", 1969, 3024}


def has_expired(error: OperationalError) -> bool:
    """Whether the database ended a statement because its time was over."""
    return not EXPIRED.isdisjoint(codes_of(error))


@contextmanager
def limited(using: str, seconds: float) -> Iterator[None]:
    """Within it, a statement that takes longer raises ``OperationalError``; not on SQLite.

    On PostgreSQL that is also the time it waits for a lock, such as that of a migration.
    """
    connection = connections[using]
    limit = {"postgresql": _postgresql, "mysql": _mysql}.get(connection.vendor)
    if limit is None:
        yield
        return
    with limit(connection, round(seconds * 1000)):
        yield


@contextmanager
def _postgresql(connection: BaseDatabaseWrapper, milliseconds: int) -> Iterator[None]:
    """For the transaction, also where a pool gives its connection to another client next."""
    is_inner = connection.in_atomic_block
    with transaction.atomic(using=connection.alias):
        before, _ = _one(
            connection,
            "SELECT current_setting('statement_timeout'),"
            f" set_config('statement_timeout', '{milliseconds}', true)",
        )
        yield
        if is_inner:
            _execute(connection, "SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _mysql(connection: BaseDatabaseWrapper, milliseconds: int) -> Iterator[None]:
    is_mariadb = connection.mysql_is_mariadb  # type: ignore[attr-defined]
    name = "max_statement_time" if is_mariadb else "max_execution_time"
    limit = milliseconds / 1000 if is_mariadb else milliseconds
    [before] = _one(connection, f"SELECT @@SESSION.{name}")
    _execute(connection, f"SET SESSION {name} = %s", [limit])
    try:
        yield
    finally:
        if connection.connection is not None:
            _execute(connection, f"SET SESSION {name} = %s", [before])


def _one(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def _execute(connection: BaseDatabaseWrapper, sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
