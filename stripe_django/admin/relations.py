"""The rows that refer to a row, the newest first, with bounded queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Exists, QuerySet

from stripe_django import fields
from stripe_django.models.base import StripeModel

SCANNED = 200


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of ``model`` that refer to a row by ``field``."""

    name: str
    model: type[StripeModel]
    field: fields.Reference

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    def of(self, row: StripeModel) -> QuerySet:
        rows = self.model._default_manager.using(row._state.db)
        found: QuerySet = rows.filter(**{self.field.attname: row.stripe_id})
        return found


@cache
def relations(model: type[StripeModel]) -> tuple[Relation, ...]:
    """The relations to a model by name."""
    found = [
        Relation(str(each.get_accessor_name()), each.related_model, each.field)
        for each in model._meta.related_objects
        if isinstance(each.field, fields.Reference) and issubclass(each.related_model, StripeModel)
    ]
    return tuple(sorted(found, key=lambda relation: relation.name))


def existing(row: StripeModel, among: Sequence[Relation]) -> Iterator[Relation]:
    """The relations that have rows; one query, which reads an index once for each."""
    if among:
        rows = type(row)._default_manager.using(row._state.db).filter(pk=row.pk)
        (existences,) = rows.values_list(*(Exists(relation.of(row)) for relation in among))
        yield from (relation for relation, has in zip(among, existences, strict=True) if has)


def newest(rows: QuerySet, reference: str, limit: int) -> list[Any]:
    """Up to ``limit`` of the rows that refer to one object, newest first.

    Without an index that has them in this order, a database would sort them all, or walk through
    the whole table by time. So the query returns a bounded number in any order, and if there are
    more, the newest of these are not always the newest of all.
    """
    model: Any = rows.model
    if is_ordered(model, reference):
        return list(rows.order_by("-created", "-pk")[:limit])
    some = list(rows.order_by()[: max(SCANNED, limit)])
    return sorted(some, key=age, reverse=True)[:limit]


@cache
def is_ordered(model: type[StripeModel], reference: str) -> bool:
    """Whether an index has the rows by reference, and by time for each."""
    return any(
        [name.removeprefix("-") for name in index.fields[:2]] == [reference, "created"]
        for index in model._meta.indexes
    )


def age(row: Any) -> tuple[float, int]:
    created = getattr(row, "created", None)
    return (created.timestamp() if created else 0.0, row.pk)
