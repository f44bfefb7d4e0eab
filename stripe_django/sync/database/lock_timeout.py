"""How long statements wait for a lock that another transaction has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from math import ceil
from typing import Any

from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

BRIEF = 1.0  # seconds that statements wait while a response waits for them
PATIENCE = 60_000  # milliseconds that a command waits for SQLite's write lock

# PostgreSQL's lock_not_available, and MySQL's lock wait timeout and statement timeout
EXPIRED = {"55P03", 1205}


@contextmanager
def atomic(
    using: str, seconds: float = BRIEF, *, durable: bool = False, has_item: bool = False
) -> Iterator[None]:
    """An atomic block whose statements wait so long for a lock, and then raise
    ``OperationalError``.

    ``has_item`` says that its first statement has the ``limiting_item``, if there is one. On
    SQLite the project's own limit holds: without its one lock, nothing else can be written either.
    """
    connection = connections[using]
    if connection.vendor == "sqlite":
        with ExitStack() as stack:
            with connection.execute_wrapper(_close_if_failed):
                stack.enter_context(transaction.atomic(using, durable=durable))
            yield
        return
    limit = {"postgresql": _postgresql, "mysql": _mysql}.get(connection.vendor, _no_limit)
    with transaction.atomic(using, durable=durable):
        is_set = has_item and limiting_item(connection)
        with _no_limit(connection, seconds) if is_set else limit(connection, seconds):
            yield


# As a statement before others in a transaction.
LIMITING = f"SELECT set_config('lock_timeout', '{ceil(BRIEF * 1000)}', true)"


def limiting_item(connection: BaseDatabaseWrapper) -> str:
    """An item of the first ``FROM`` in a transaction, which sets the limit without a statement of
    its own; empty except on PostgreSQL.
    """
    if connection.vendor != "postgresql" or connection.savepoint_ids:
        return ""
    return f"({LIMITING}) AS lock_timeout"


@contextmanager
def patient(using: str) -> Iterator[None]:
    """Wait up to a minute for SQLite's write lock, as a command can and a request cannot."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        yield
        return
    [before] = _one(connection, "PRAGMA busy_timeout")
    _execute(connection, f"PRAGMA busy_timeout = {max(before, PATIENCE)}")
    try:
        yield
    finally:
        if connection.connection is not None:
            _execute(connection, f"PRAGMA busy_timeout = {before}")


def is_expired(error: Exception) -> bool:
    """Whether it was raised because another transaction held a lock for too long."""
    if not isinstance(error, OperationalError):
        return False
    return not EXPIRED.isdisjoint(codes_of(error)) or "locked" in str(error)


def codes_of(error: Exception) -> set[Any]:
    """The codes of a database error: the SQLSTATE, and MySQL's number; its drivers have both."""
    return {getattr(error.__cause__, "sqlstate", None), *error.args[:1]}


@contextmanager
def _postgresql(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """The end of the transaction, or a rollback to its savepoint, restores the setting."""
    milliseconds = ceil(seconds * 1000)
    if not connection.savepoint_ids:
        _execute(connection, f"SET LOCAL lock_timeout = {milliseconds}")
        yield
        return
    [before, _] = _one(
        connection,
        "SELECT current_setting('lock_timeout'),"
        f" set_config('lock_timeout', '{milliseconds}', true)",
    )
    yield
    _execute(connection, f"SET LOCAL lock_timeout = '{before}'")


@contextmanager
def _mysql(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    name = "SESSION innodb_lock_wait_timeout"
    before = f"@stripe_django_{len(connection.savepoint_ids)}"
    _execute(
        connection,
        f"SET {before} = @@{name.replace(' ', '.')}, {name} = {ceil(seconds)}",
    )
    try:
        yield
    finally:
        if connection.connection is not None:
            # A cursor that Django does not check: a deadlock may have ended the transaction, and
            # its error is the one to be raised.
            with connection.wrap_database_errors, closing(connection.create_cursor()) as cursor:
                cursor.execute(f"SET {name} = {before}")


@contextmanager
def _no_limit(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    yield


def _close_if_failed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Close the cursor of a BEGIN that failed, which Django leaves to the garbage collector.

    Python 3.11 keeps the statement of such a cursor. If the collector runs in another thread, it
    waits there for this connection, which may wait for that thread's transaction.
    """
    try:
        return execute(sql, params, many, context)
    except DatabaseError:
        context["cursor"].close()
        raise


def _one(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def _execute(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
