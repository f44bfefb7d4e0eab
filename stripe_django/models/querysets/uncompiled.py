"""Queries with many subqueries, which PostgreSQL compiles for longer than it runs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND

from .advice import MirrorQuery


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


class ManySubqueries(MirrorQuery):
    """A query that PostgreSQL does not compile, unless its rows are fetched by ``iterator()``.

    Those have a cursor of their own, which would not survive the transaction.
    """

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        compiler = super().get_compiler(*args, **kwargs)
        if compiler.connection.vendor == "postgresql" and not self._is_of_one_row():
            compiler.execute_sql = partial(_execute, compiler, compiler.execute_sql)
        return compiler

    def get_aggregation(self, using: str, *args: Any, **kwargs: Any) -> Any:
        with uncompiled(using):
            return super().get_aggregation(using, *args, **kwargs)

    def _is_of_one_row(self) -> bool:
        """Whether it is for one row by its key, which PostgreSQL does not compile either."""
        where = self.where
        return (
            where.connector == AND
            and not where.negated
            and any(
                isinstance(each, Exact) and getattr(getattr(each.lhs, "target", None), "unique", 0)
                for each in where.children
            )
        )


def _execute(compiler: Any, execute: Any, *args: Any, **kwargs: Any) -> Any:
    if kwargs.get("chunked_fetch"):
        return execute(*args, **kwargs)
    with uncompiled(compiler.using or compiler.connection.alias):
        return execute(*args, **kwargs)
