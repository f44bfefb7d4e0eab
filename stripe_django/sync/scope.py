"""Which objects this project mirrors, decided once on each way in: lists, events, refetches."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel

from .mapping.identity import HomeAccount
from .mapping.rows import Row

KEEP = "keep"


def models_in_scope() -> frozenset[type[StripeModel]]:
    """The models that are fetched and written; events always are, whatever they are about."""
    return _chosen(settings.objects)


def rows_in_scope(rows: Iterable[Row], home: HomeAccount) -> list[Row]:
    """The rows that this database mirrors: of the models in scope, and of its mode."""
    models, keeps_all = models_in_scope(), settings.other_mode == KEEP
    return [
        row for row in rows if row.model in models and (keeps_all or row.livemode is home.livemode)
    ]


def other_mode(livemode: Any, home: HomeAccount) -> str:
    """Why something of this mode is ignored; empty if it is not."""
    if not isinstance(livemode, bool) or livemode is home.livemode or settings.other_mode == KEEP:
        return ""
    its, mine = ("live", "test") if livemode else ("test", "live")
    return f"It is of {its} mode, and this database mirrors {mine} mode."


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
