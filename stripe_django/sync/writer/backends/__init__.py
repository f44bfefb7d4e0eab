"""The SQL of the writer, one module for each database."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models.base import StripeModel

from .base import Group, InsertedMeanwhileError, Record, Statements, record
from .mysql import MySQL
from .postgresql import PostgreSQL, PostgreSQLCopy, can_copy
from .sqlite import SQLite

__all__ = [
    "Group",
    "InsertedMeanwhileError",
    "PostgreSQL",
    "PostgreSQLCopy",
    "Record",
    "Statements",
    "record",
    "statements_for",
]


def statements_for(connection: BaseDatabaseWrapper, model: type[StripeModel]) -> Statements:
    """The statements for a model on this connection."""
    if connection.vendor == "postgresql":
        kind = PostgreSQLCopy if can_copy(connection) else PostgreSQL
        return kind(connection, model)
    return {"sqlite": SQLite, "mysql": MySQL}[connection.vendor](connection, model)
