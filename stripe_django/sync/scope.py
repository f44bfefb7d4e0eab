"""Which objects this project mirrors, decided once on each way in: lists, events, refetches."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel

from .mapping.rows import Row


def models_in_scope() -> frozenset[type[StripeModel]]:
    """The models that are fetched and written; events always are, whatever they are about."""
    return _chosen(settings.objects)


def rows_in_scope(rows: Iterable[Row]) -> list[Row]:
    models = models_in_scope()
    return [row for row in rows if row.model in models]


@cache
def _chosen(patterns: tuple[str, ...]) -> frozenset[type[StripeModel]]:
    if not patterns:
        return frozenset(registry.models())
    names = registry.by_object_name()
    chosen = {
        model
        for name, model in names.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    return frozenset(chosen | {Event, V2CoreEvent})
