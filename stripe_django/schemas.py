"""Which tables a connection uses: with a schema for each tenant, one alias has several mirrors."""

from __future__ import annotations

from django.db import connections


def tables_of(using: str) -> str:
    """The key under which a process remembers what it has read from these tables.

    The alias of the database, and the schema if the backend switches between several, as that of
    django-tenants does.
    """
    schema = getattr(connections[using], "schema_name", None)
    return f"{using}/{schema}" if schema else using
