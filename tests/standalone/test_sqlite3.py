"""The backend for SQLite of the demo and of ``stripe_django``."""

import sqlite3
from contextlib import closing

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from stripe_django.standalone.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_transaction_that_cannot_begin_closes_its_cursor(mode, tmp_path):
    options = {"transaction_mode": mode, "timeout": 0.01}
    settings = {**connection.settings_dict, "NAME": tmp_path / "file.sqlite3", "OPTIONS": options}
    cursors = []

    def record(execute, sql, params, many, context):
        cursors.append(context["cursor"])
        return execute(sql, params, many, context)

    file = connections["file"] = DatabaseWrapper(settings, "file")
    try:
        with closing(sqlite3.connect(settings["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with (
                file.execute_wrapper(record),
                pytest.raises(OperationalError, match="locked"),
                transaction.atomic("file"),
            ):
                pytest.fail("the lock is another's")
        with pytest.raises(DatabaseError, match="closed cursor"):
            cursors[-1].fetchone()
        with transaction.atomic("file"), file.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        file.close()
        del connections["file"]
