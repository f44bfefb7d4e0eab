"""Statements that PostgreSQL parses and plans once for each connection.

Django keeps psycopg from preparing anything, so this permits it for these statements alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorDebugWrapper

from . import lock_timeout

# invalid_sql_statement_name and duplicate_prepared_statement: between the server and this process
# is a pool that has another connection for each transaction.
LOST = {"26000", "42P05"}

Text = str | None  # the server knows the types


@dataclass(slots=True)
class _Known:
    """How often a connection was used for each statement, and whether it loses prepared ones."""

    uses: Counter[str] = field(default_factory=Counter)
    loses: bool = False


_known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def is_possible(connection: BaseDatabaseWrapper) -> bool:
    """Whether the driver can send such a statement, in a transaction of its own."""
    can_send = hasattr(_driver(connection), "RawCursor")
    return can_send and (connection.get_autocommit() or connection.in_atomic_block)


def is_pooled(connection: BaseDatabaseWrapper) -> bool:
    """Whether the project says that each transaction may have another connection."""
    return bool(connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))


def execute(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Text], *, prepared: bool = True
) -> Any:
    """Send a statement in a durable transaction, whose waits for locks are brief; returns its first
    row.

    Parameters are ``$1`` and so on. If all of them are null, the statement has to do nothing: it is
    prepared with these when a connection is used for it the second time, because psycopg would not
    know any more of one that is prepared and fails.
    """
    connection.ensure_connection()
    connection.validate_thread_sharing()
    raw: Any = connection.connection
    known = _known.setdefault(raw, _Known())
    prepared = prepared and not known.loses and known.uses[sql] > 0
    make_cursor = partial(_cursor_class(_driver(connection)), raw, prepared)
    cursor = make_cursor()  # in a pipeline, one cursor gets the results of all its statements
    is_new = prepared and known.uses[sql] == 1
    try:
        with _transaction(connection, make_cursor), _preparing(raw):
            if is_new:
                make_cursor().execute(sql, [None] * len(parameters))
            _wrapped(connection, cursor).execute(sql, parameters)
    except DatabaseError as error:
        known.loses = known.loses or not LOST.isdisjoint(lock_timeout.codes_of(error))
        known.uses[sql] += not is_new  # perhaps it was not prepared
        raise
    known.uses[sql] += 1
    return cursor.fetchone()


def _driver(connection: Any) -> Any:
    return connection.Database


@contextmanager
def _transaction(connection: BaseDatabaseWrapper, make_cursor: Callable[[], Any]) -> Iterator[None]:
    """A transaction with a limit; its statements are sent together, which saves round trips."""
    raw: Any = connection.connection
    if connection.in_atomic_block or not _driver(connection).Pipeline.is_supported():
        with lock_timeout.atomic(connection.alias, durable=True):
            yield
        return
    with connection.wrap_database_errors, raw.pipeline():
        make_cursor().execute(lock_timeout.LIMITING)
        yield


@contextmanager
def _preparing(raw: Any) -> Iterator[None]:
    before = raw.prepare_threshold
    raw.prepare_threshold = before or 1
    try:
        yield
    finally:
        raw.prepare_threshold = before


class _LoggingCursor(CursorDebugWrapper):
    """Logs the statement with its ``$1``: the driver does not know the text of a prepared one."""

    def debug_sql(self, sql: Any = None, params: Any = None, *_: Any, **__: Any) -> Any:
        return super().debug_sql(sql, params)


def _wrapped(connection: BaseDatabaseWrapper, cursor: Any) -> Any:
    """The cursor as Django's hooks and its log see it."""
    if connection.queries_logged:
        return _LoggingCursor(cursor, connection)
    return connection.make_cursor(cursor)


@cache
def _cursor_class(driver: Any) -> Any:
    class Cursor(driver.RawCursor):  # type: ignore[misc]
        """It leaves the statement as it is; other cursors take it apart again each time."""

        def __init__(self, connection: Any, prepared: bool) -> None:
            super().__init__(connection)
            self.prepared = prepared

        def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
            return super().execute(query, params, prepare=self.prepared)

    return Cursor
