"""Queries with many subqueries, which PostgreSQL compiles for longer than it runs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.db.models.lookups import Exact
from django.db.models.sql import Query
from django.db.models.sql.where import AND

from .advice import MirrorQuery

CUSTOMER = "customer"


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


def uncompiled_unless_few(query: Query, using: str) -> AbstractContextManager[None]:
    """The same, unless the rows are too few for PostgreSQL to compile anything: it saves four
    statements.
    """
    return nullcontext() if is_of_few(query) else uncompiled(using)


def is_of_few(query: Query) -> bool:
    """Whether it is for one row by its key, or for the rows of one customer."""
    where = query.where
    is_narrowed = where.connector == AND and not where.negated
    return is_narrowed and any(
        isinstance(each, Exact) and _is_narrow(getattr(each.lhs, "target", None))
        for each in where.children
    )


def _is_narrow(field: Any) -> bool:
    return field is not None and (field.unique or field.name == CUSTOMER)


class ManySubqueries(MirrorQuery):
    """A query that PostgreSQL does not compile, unless its rows are fetched by ``iterator()``.

    Those have a cursor of their own, which would not survive the transaction.
    """

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        compiler = super().get_compiler(*args, **kwargs)
        if compiler.connection.vendor == "postgresql" and not is_of_few(self):
            compiler.execute_sql = partial(_execute, compiler, compiler.execute_sql)
        return compiler

    def get_aggregation(self, using: str, *args: Any, **kwargs: Any) -> Any:
        with uncompiled(using):
            return super().get_aggregation(using, *args, **kwargs)


def _execute(compiler: Any, execute: Any, *args: Any, **kwargs: Any) -> Any:
    if kwargs.get("chunked_fetch"):
        return execute(*args, **kwargs)
    with uncompiled(compiler.using or compiler.connection.alias):
        return execute(*args, **kwargs)
