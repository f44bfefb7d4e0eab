"""Queries with many subqueries, which PostgreSQL compiles for longer than it runs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def uncompiled(using: str) -> Iterator[None]:
    """A transaction in which PostgreSQL compiles no query; the setting is left as it was."""
    connection = connections[using]
    with transaction.atomic(using=using):
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('jit'), set_config('jit', 'off', true)")
            before, _ = cursor.fetchone()
        yield
        # Inside the caller's transaction, it would last until the end of that one.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jit', %s, true)", [before])
