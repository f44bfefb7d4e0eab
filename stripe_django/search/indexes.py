"""Indexes of trigrams, with which PostgreSQL finds a word anywhere in a document.

They are optional, because each takes the sync some time: ``stripe_search create`` makes them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections

from stripe_django import registry
from stripe_django.models.base import StripeModel

from .documents import columns, document

SHORTEST = 3  # characters that have a trigram

EXISTING = """
    SELECT indexed.relname FROM pg_index
    JOIN pg_class its_index ON its_index.oid = indexrelid
    JOIN pg_class indexed ON indexed.oid = indrelid
    WHERE its_index.relname = indexed.relname || '_search' AND indisvalid
    AND pg_table_is_visible(indexed.oid)
"""


def name_of(model: type[StripeModel]) -> str:
    return f"{model._meta.db_table}_search"


def finds(words: Sequence[str]) -> bool:
    """Whether an index finds one of the words; the rows have to be compared with the others."""
    return any(len(word) >= SHORTEST for word in words)


def existing(using: str) -> frozenset[type[StripeModel]]:
    """The models with a complete index."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(EXISTING)
        tables = {table for (table,) in cursor.fetchall()}
    return frozenset(model for model in registry.models() if model._meta.db_table in tables)


def install_extension(using: str) -> None:
    """Install ``pg_trgm``, which the owner of a database may."""
    _execute(using, "CREATE EXTENSION IF NOT EXISTS pg_trgm")


def create(model: type[StripeModel], using: str) -> None:
    """Make the index without a lock that would stop the sync, and statistics for its use."""
    connection = connections[using]
    quote = connection.ops.quote_name
    drop(model, using)  # an earlier attempt may have left an incomplete one
    _execute(
        using,
        f"CREATE INDEX CONCURRENTLY {quote(name_of(model))} ON {quote(model._meta.db_table)}"
        f" USING gin ({document(model, connection)} gin_trgm_ops)",
    )
    _execute(using, f"ANALYZE {quote(model._meta.db_table)}")


def drop(model: type[StripeModel], using: str) -> None:
    quote = connections[using].ops.quote_name
    _execute(using, f"DROP INDEX CONCURRENTLY IF EXISTS {quote(name_of(model))}")


def searchable() -> list[type[StripeModel]]:
    """The models whose documents are worth an index."""
    return [model for model in registry.models() if columns(model)]


def _execute(using: str, sql: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(sql)
