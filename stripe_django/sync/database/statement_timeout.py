"""How long a statement that reads may take before the database ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


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
    with transaction.atomic(using=connection.alias):
        [before] = _one(connection, "SELECT current_setting('statement_timeout')")
        _execute(connection, "SELECT set_config('statement_timeout', %s, true)", [milliseconds])
        yield
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
        cursor.execute(sql, [str(each) if "set_config" in sql else each for each in params])
