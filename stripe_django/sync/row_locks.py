"""Rows for one transaction alone.

Where rows cannot be locked, as on SQLite, there is one writer at a time, and the transaction
becomes that one. It has to begin with this: one that has only read could not write after somebody
else's commit, and would be told so at once, however long it may wait for its turn.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import connections
from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def locked(rows: QuerySet[Row]) -> Row | None:
    """The first of the rows, if there is any, locked until the transaction ends."""
    if not _can_lock(rows) and not rows.update(**_itself(rows)):
        return None
    return rows.select_for_update().first()


def all_locked(rows: QuerySet[Row]) -> list[Row]:
    """The rows, locked until the transaction ends, without those that others have locked.

    Databases that cannot leave these out wait for them.
    """
    if not _can_lock(rows):
        rows.model._base_manager.using(rows.db).filter(pk__lt=0).update(**_itself(rows))
    can_skip = connections[rows.db].features.has_select_for_update_skip_locked
    return list(rows.select_for_update(skip_locked=can_skip))


def _can_lock(rows: QuerySet) -> bool:
    return bool(connections[rows.db].features.has_select_for_update)


def _itself(rows: QuerySet) -> dict[str, F]:
    """An update that changes nothing."""
    key = rows.model._meta.pk.name
    return {key: F(key)}
