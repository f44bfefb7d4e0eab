"""Which objects this project keeps."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel


def kept() -> frozenset[type[StripeModel]]:
    """The models that are fetched and written; events always are, whatever they are about."""
    return _chosen(settings.objects)


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
