"""How many rows were written under which policy."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_django import registry
from stripe_django.privacy.separator import POLICY_SEPARATOR
from stripe_django.sync.events import store

from .rows import is_under, rows_of


@dataclass(frozen=True, slots=True)
class RowCount:
    """The rows of one object: all, those of the policy in force, and those without any policy."""

    object_name: str
    rows: int
    in_force: int
    without: int

    @property
    def others(self) -> int:
        return self.rows - self.in_force


def row_counts(version: str) -> list[RowCount]:
    """The counts of each object that has rows; without a version, no policy is the one in force."""
    using = store.using()
    found = []
    for model in registry.models():
        rows = rows_of(model, using)
        if total := rows.count():
            without = rows.exclude(digest__contains=POLICY_SEPARATOR).count()
            in_force = rows.filter(is_under(version)).count() if version else without
            found.append(RowCount(model.stripe.object_name, total, in_force, without))
    return found
