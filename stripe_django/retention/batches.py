"""Rows some at a time, so that no transaction is long and nobody waits for one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from stripe_django.sync.database import retries

from .lease import Turn

SIZE = 500  # rows in one transaction
LONGEST_PAUSE = 0.1  # seconds between two of them, in which others have the database
APP = "stripe_django"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of rows. ``run`` yields how many of each batch it removed, or would remove."""

    name: str
    label: str
    run: Callable[[Turn], Iterator[int]]


def walk(rows: QuerySet, turn: Turn, *, clock: str, until: datetime) -> Iterator[QuerySet]:
    """Yield rows some at a time, in the order of their keys, from where the last turn has come.

    ``clock`` is a column that grows with the keys, more or less. The walk ends with rows of which
    none is before ``until``: a few that come later are left to the next pass.
    """
    while True:
        found = rows.filter(pk__gt=turn.state.position).order_by("pk")
        page = list(found.values_list("pk", clock)[:SIZE])
        if not page or all(at is not None and at >= until for _, at in page):
            return
        yield rows.filter(pk__in=[key for key, _ in page])
        turn.move(page[-1][0])


def delete(rows: QuerySet, turn: Turn, **still: Any) -> int:
    """Delete these rows in one transaction, without reading them; returns how many.

    They are chosen without a lock; ``still`` is what has to hold when they go.
    """
    return _changed(rows, turn, still, lambda chosen: chosen._raw_delete(turn.using))


def update(rows: QuerySet, turn: Turn, values: dict[str, Any], **still: Any) -> int:
    return _changed(rows, turn, still, lambda chosen: chosen.update(**values))


def _changed(
    rows: QuerySet, turn: Turn, still: dict[str, Any], change: Callable[[QuerySet], int]
) -> int:
    keys = list(rows.values_list("pk", flat=True))
    if turn.is_dry or not keys:
        return len(keys)
    began_at = time.monotonic()
    chosen = rows.model._base_manager.using(turn.using).filter(pk__in=keys, **still)
    for attempt in retries.transactions(turn.using):
        with attempt:
            count = change(chosen)
    time.sleep(min(time.monotonic() - began_at, LONGEST_PAUSE))
    return count


def unreferenced(rows: QuerySet) -> QuerySet:
    """Without the rows that the project's own tables refer to by a constraint of the database."""
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if _is_constraint(relation):
            field: Any = relation.field
            target = field.target_field.attname
            users = field.model._base_manager.using(rows.db)
            rows = rows.exclude(Exists(users.filter(**{field.attname: OuterRef(target)})))
    return rows


def _is_constraint(relation: Any) -> bool:
    if not isinstance(relation, models.ForeignObjectRel) or relation.many_to_many:
        return False
    field: Any = relation.field
    is_own = field.model._meta.app_label == APP
    return not is_own and getattr(field, "db_constraint", False)
