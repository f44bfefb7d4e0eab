"""Waits until all transactions have ended that began before now.

What such a transaction has read may be older than what was committed meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRESQL = """
    SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted
    AND a.datname = current_database() AND l.pid <> pg_backend_pid()
    UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database()
"""
MYSQL = """
    SELECT CONCAT(trx_mysql_thread_id, ' ', trx_started) FROM information_schema.innodb_trx
    WHERE trx_mysql_thread_id <> CONNECTION_ID()
"""
ACCESS_DENIED = 1227
BLIND = 60.0  # seconds, if MySQL does not say which transactions there are

PAUSE = 0.05
LONGEST_PAUSE = 1.0


def wait(using: str, seconds: float) -> bool:
    """Wait so long at most; returns whether all of them have ended.

    Not for a transaction of the caller's, which would wait for what waits for it.
    """
    connection = connections[using]
    find = {"postgresql": _postgresql, "mysql": _mysql}.get(connection.vendor)
    if find is None:  # on SQLite none that began before a commit can write after it
        return True
    ends_at = time.monotonic() + seconds
    left = _running(connection, find)
    if left is None:
        time.sleep(min(seconds, BLIND))
        return seconds >= BLIND
    pause = PAUSE
    while left:
        if time.monotonic() >= ends_at:
            return False
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        left &= find(connection)
    return True


def _running(
    connection: BaseDatabaseWrapper, find: Callable[[BaseDatabaseWrapper], set[Any]]
) -> set[Any] | None:
    """The transactions that run now; ``None`` if the user may not know them."""
    try:
        return find(connection)
    except OperationalError as error:
        if error.args[:1] != (ACCESS_DENIED,):
            raise
        return None


def _postgresql(connection: BaseDatabaseWrapper) -> set[Any]:
    return _found(connection, POSTGRESQL)


def _mysql(connection: BaseDatabaseWrapper) -> set[Any]:
    return _found(connection, MYSQL)


def _found(connection: BaseDatabaseWrapper, sql: str) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {each for (each,) in cursor.fetchall()}
