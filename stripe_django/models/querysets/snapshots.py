"""Rows with their objects as of a moment, for ``with_snapshot()``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.query import ModelIterable

BATCH = 500  # rows whose events are read by one query

# Turns rows, each with the event that shows its object, into unsaved rows filled from the events.
Builder = Callable[[Sequence[tuple[Any, Any]], str], Sequence[models.Model]]


class Snapshots:
    """The builder, which the app's configuration sets: mapping payloads is above the models."""

    build: Builder


class SnapshotIterable(ModelIterable):
    """Sets ``snapshot`` on each row: an unsaved row, or ``None``."""

    def __iter__(self) -> Iterator[Any]:
        rows = super().__iter__()
        while batch := list(islice(rows, BATCH)):
            attach(batch, self.queryset.db)
            yield from batch


def attach(rows: Sequence[Any], using: str) -> None:
    ids = {row.snapshot_event for row in rows} - {None}
    found = apps.get_model("stripe_django", "Event").objects.using(using).filter(stripe_id__in=ids)
    events = {event.stripe_id: event for event in found}
    pairs = [(row, events[row.snapshot_event]) for row in rows if row.snapshot_event in events]
    for row in rows:
        row.snapshot = None
    for (row, _), snapshot in zip(pairs, Snapshots.build(pairs, using), strict=True):
        row.snapshot = snapshot
