"""A row for one transaction alone."""

from __future__ import annotations

from typing import TypeVar

from django.db import connections
from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def locked(rows: QuerySet[Row]) -> Row | None:
    """The first of the rows, if there is any, locked until the transaction ends.

    Where rows cannot be locked, as on SQLite, there is one writer at a time, and this makes the
    transaction that one. It has to begin with this: one that has only read could not write after
    somebody else's commit, and would be told so at once, however long it may wait for its turn.
    """
    if not connections[rows.db].features.has_select_for_update:
        key = rows.model._meta.pk.name
        if not rows.update(**{key: F(key)}):
            return None
    return rows.select_for_update().first()
