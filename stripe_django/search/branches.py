"""Searches of several tables as one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from stripe_django.models.base import StripeModel

AT_MOST = 200  # rows of a branch, which are sorted


@dataclass(frozen=True, slots=True)
class Key:
    """A row that was found."""

    pk: int
    stripe_id: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A search in one table, ``t`` in the condition.

    ``source`` takes the place of the table, ``order`` is for an index that has the rows by time.
    """

    model: type[StripeModel]
    where: str
    params: Sequence[Any]
    source: str = ""
    order: str = ""
    at_most: int = field(default=AT_MOST)

    def sql(self, place: int, quote: Any) -> str:
        table, by = self.source or quote(self.model._meta.db_table), time_column(self.model)
        some = (
            f"SELECT t.id, t.stripe_id, t.{by} AS moment FROM {table} t WHERE {self.where}"
            f" {self.order} LIMIT {self.at_most}"
        )
        return (
            f"SELECT {place}, found{place}.id, stripe_id,"
            f" ROW_NUMBER() OVER (ORDER BY moment DESC, found{place}.id DESC)"
            f" FROM ({some}) found{place}"
        )


def run(branches: Sequence[Branch], using: str) -> dict[type[StripeModel], list[Key]]:
    """The rows of all branches by model, in each branch the newest first; one query."""
    if not branches:
        return {}
    connection = connections[using]
    quote = connection.ops.quote_name
    sql = " UNION ALL ".join(each.sql(place, quote) for place, each in enumerate(branches))
    params = [value for each in branches for value in each.params]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[0], row[3]))
    found: dict[type[StripeModel], list[Key]] = defaultdict(list)
    for place, pk, stripe_id, _ in rows:
        found[branches[place].model].append(Key(pk, stripe_id))
    return found


def time_column(model: type[StripeModel]) -> str:
    """The column of the time at which rows were made, as far as an index has it."""
    columns: Any = model._meta.concrete_fields
    return "created" if any(it.name == "created" and it.db_index for it in columns) else "id"
