"""Whose objects are that another one names: what their own rows say comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from stripe_django import registry

from .keys import ObjectKey
from .relations import relations_of
from .sightings import key_of

CHUNK = 500  # ids in one statement

Owners = dict[ObjectKey, tuple[ObjectKey, ...]]


def customers_of(wanted: Iterable[ObjectKey], using: str) -> Owners:
    """The customers that the rows of these objects name; without those that name none."""
    models = registry.by_object_name()
    ids: dict[str, list[str]] = defaultdict(list)
    for name, stripe_id in wanted:
        if name in models and relations_of(models[name]).customers:
            ids[name].append(stripe_id)
    found: Owners = {}
    for name, each in ids.items():
        columns = [column for _, column in relations_of(models[name]).customers]
        rows: QuerySet = QuerySet(model=models[name], using=using)
        for start in range(0, len(each), CHUNK):
            chunk = rows.filter(stripe_id__in=each[start : start + CHUNK])
            for row in chunk.values_list("stripe_id", *(column.attname for column in columns)):
                named = tuple(
                    key_of(column.target, value)
                    for column, value in zip(columns, row[1:], strict=True)
                    if column.target and value
                )
                if named:
                    found[name, row[0]] = named
    return found
