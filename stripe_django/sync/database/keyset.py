"""Rows of a large table, some at a time, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

BATCH = 100


def batches(rows: QuerySet[Row], size: int = BATCH) -> Iterator[list[Row]]:
    """Yield lists of rows; rows that change meanwhile may be left out or be as they were."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield batch
        last = batch[-1].pk


def each(rows: QuerySet[Row]) -> Iterator[Row]:
    for batch in batches(rows):
        yield from batch
