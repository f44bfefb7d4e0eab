"""Several processes and threads on one file of SQLite, with the options that Django has for it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from django.conf import settings
from django.db import connection

from stripe_django.sync.database.lock_timeout import PATIENCE, patient
from tests.child import copy_tables
from tests.crowding import OBJECTS, payloads
from tests.posting import SECRET

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it is about SQLite")

EVENTS = OBJECTS * len(payloads(0))


@pytest.fixture
def database(tmp_path, transactional_db):
    """The tables of the tests, in a file that nobody has open."""
    file = tmp_path / "crowd.sqlite3"
    copy_tables(file)
    return file


def crowd(database):
    """What two processes say that have delivered the same events at the same time."""
    command = [sys.executable, "-m", "tests.child", "tests.crowding", str(database)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    children = [subprocess.Popen(command, env=environment, text=True, **pipes) for _ in range(2)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * 2
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    return [child.communicate(timeout=300) for child in children]


def test_nobody_is_locked_out(database):
    assert crowd(database) == [("[200]\n", "")] * 2
    with closing(sqlite3.connect(database)) as file:

        def found(columns, table):
            return sorted(file.execute(f"SELECT {columns} FROM {table} GROUP BY {columns}"))

        assert found("status, attempts", "stripe_django_inboxevent") == [("applied", 1)]
        assert found("status, attempts", "stripe_django_handlerrun") == [("done", 1)]
        assert len(found("name", "auth_group")) == EVENTS
        rows = [(f"cus_{number}", 7, 0) for number in range(OBJECTS)]
        assert found("stripe_id, balance, ambiguous", "stripe_django_customer") == rows
        assert found("stripe_id, reason, error", "stripe_django_pendingread") == []


@contextmanager
def slow_handler(database, *, is_writing):
    """A process whose handler runs until the block ends."""
    command = [sys.executable, "-m", "tests.child", "tests.slow_handling", str(database)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment |= {"STRIPE_WEBHOOK_SECRET": SECRET}
    pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    child = subprocess.Popen([*command, str(is_writing)], env=environment, text=True, **pipes)
    assert child.stdout.readline() == "running\n"
    try:
        yield
    finally:
        out, _ = child.communicate("\n", timeout=100)
    assert out == "200\n"


def write(database, seconds):
    """Write to the database, waiting for its lock for so long."""
    with closing(sqlite3.connect(database, timeout=seconds)) as file:
        file.execute("DELETE FROM auth_group WHERE name = 'nobody'")
        file.commit()


def test_a_running_handler_locks_nothing(database):
    with slow_handler(database, is_writing=False):
        write(database, 0)
    with closing(sqlite3.connect(database)) as file:
        assert file.execute("SELECT name FROM auth_group").fetchall() == [("after",)]
        [run] = file.execute("SELECT status, attempts FROM stripe_django_handlerrun")
    assert run == ("done", 1)


def test_once_it_has_written_commands_wait_for_it(database):
    with slow_handler(database, is_writing=True), pytest.raises(sqlite3.OperationalError):
        write(database, 0)
    before = connection.cursor().execute("PRAGMA busy_timeout").fetchone()
    with patient("default"):
        assert connection.cursor().execute("PRAGMA busy_timeout").fetchone() == (PATIENCE,)
    assert connection.cursor().execute("PRAGMA busy_timeout").fetchone() == before
