"""What a wait for SQLite's lock leaves behind."""

import sqlite3
from contextlib import closing

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from stripe_django.sync.database import lock_timeout, retries

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    """A database in a file, whose transactions begin with the lock."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.01}
    settings = {**connection.settings_dict, "NAME": tmp_path / "file.sqlite3", "OPTIONS": options}
    connections["file"] = DatabaseWrapper(settings, "file")
    yield connections["file"]
    connections["file"].close()
    del connections["file"]


def test_a_transaction_that_cannot_begin_closes_its_cursor(file):
    """On Python 3.11, the garbage collector of another thread would wait for the connection."""
    cursors = []

    def record(execute, sql, params, many, context):
        cursors.append((sql, context["cursor"]))
        return execute(sql, params, many, context)

    with closing(sqlite3.connect(file.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            file.execute_wrapper(record),
            pytest.raises(OperationalError, match="locked"),
            lock_timeout.atomic("file"),
        ):
            pytest.fail("the lock is another's")
    [begin] = [cursor for sql, cursor in cursors if sql == "BEGIN IMMEDIATE"]
    with pytest.raises(DatabaseError, match="closed cursor"):
        begin.fetchone()
    with lock_timeout.atomic("file"), file.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.skipif(connection.vendor != "mysql", reason="a deadlock ends the whole transaction")
def test_a_deadlock_is_raised_as_such_and_leaves_the_limit_as_it_was():
    """Its savepoint is gone, so Django takes no further statement in this transaction."""
    [before] = lock_wait()
    with pytest.raises(OperationalError) as raised:
        deadlock_in_savepoint()
    assert retries.is_transient(raised.value)
    connection.needs_rollback = False
    assert lock_wait() == (before,)


def deadlock_in_savepoint():
    with lock_timeout.atomic("default", 7):
        assert lock_wait() == (7,)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
            cursor.execute("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213")


def lock_wait():
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@innodb_lock_wait_timeout")
        return cursor.fetchone()
