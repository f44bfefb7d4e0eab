"""Waits until all transactions have ended that began before now.

What such a transaction has read may be older than what was committed meanwhile.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models import Home

POSTGRESQL = """
    SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted
    AND a.datname = current_database() AND l.pid <> pg_backend_pid()
    UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database()
"""
MYSQL = """
    SELECT CONCAT(trx_mysql_thread_id, ' ', trx_started), trx_query,
    trx_mysql_thread_id = CONNECTION_ID()
    FROM information_schema.innodb_trx
    LEFT JOIN information_schema.processlist ON id = trx_mysql_thread_id
    WHERE db IS NULL OR db = DATABASE() /* {} */
"""
MYSQL_KEEPS = 0.1  # seconds since the last look at the list, for which MySQL shows it again
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
    return {each for (each,) in _rows(connection, POSTGRESQL)}


def _mysql(connection: BaseDatabaseWrapper) -> set[Any]:
    """A list that was made for this question: one that was not lacks the question itself."""
    while True:
        sql = MYSQL.format(uuid4())
        with transaction.atomic(using=connection.alias):
            Home.objects.using(connection.alias).exists()  # MySQL lists it from the first read on
            found = _rows(connection, sql)
        if any(is_mine and query and query in sql for _, query, is_mine in found):
            return {each for each, _, is_mine in found if not is_mine}
        time.sleep(MYSQL_KEEPS * random.uniform(1.1, 2))


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
