"""Which objects this project mirrors, decided once on each way in: lists, events, refetches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel

from .mapping.identity import HomeAccount
from .mapping.ownership import ACCOUNT
from .mapping.rows import Row
from .mapping.schema import schema_for

KEEP = "keep"
EVENTS = (Event, V2CoreEvent)


def models_in_scope() -> frozenset[type[StripeModel]]:
    """The models that are fetched and written; those of events always are."""
    return _chosen(settings.objects)


def rows_in_scope(rows: Iterable[Row], home: HomeAccount) -> list[Row]:
    """The rows that this database mirrors: of the models in scope, and of its mode."""
    models, keeps_all = models_in_scope(), settings.other_mode == KEEP
    return [
        row
        for row in rows
        if row.model in models
        and (row.livemode is home.livemode or (keeps_all and not _is_of_both_modes(row)))
    ]


def _is_of_both_modes(row: Row) -> bool:
    """Whether it is an account or a part of one: those have one id in both modes, with two states.

    Their payloads have no ``livemode``, so that it is that of what they came in.
    """
    about = row.model.stripe
    if not about.is_platform_owned or ACCOUNT not in (about.object_name, about.list_parent):
        return False
    return row.values[schema_for(row.model).index["livemode"]] is None


def is_in_scope(object_name: Any) -> bool:
    """Whether events about this object are stored, in a project that stores those in scope only."""
    model = registry.model_of({"object": object_name})
    return model is None or model in models_in_scope()


def listed_in_scope(rows: Iterable[Row], home: HomeAccount) -> list[Row]:
    """The same of what was listed, without events that are left unstored, or were pruned."""
    found, kept_for = rows_in_scope(rows, home), settings.retention.get("events")
    if settings.store_all_events and kept_for is None:
        return found
    since = timezone.now() - kept_for if kept_for else None
    return [row for row in found if row.model not in EVENTS or _is_to_be_stored(row, since)]


def _is_to_be_stored(row: Row, since: datetime | None) -> bool:
    index = schema_for(row.model).index
    created, name = row.values[index["created"]], row.values[index["object_name"]]
    is_recent = since is None or created is None or created >= since
    return is_recent and (settings.store_all_events or is_in_scope(name))


def other_mode(livemode: Any, home: HomeAccount) -> str:
    """Why something of this mode is ignored; empty if it is not."""
    if not isinstance(livemode, bool) or livemode is home.livemode or settings.other_mode == KEEP:
        return ""
    its, mine = ("live", "test") if livemode else ("test", "live")
    return _("It is of %(its)s mode, and this database mirrors %(mine)s mode.") % {
        "its": its,
        "mine": mine,
    }


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
    return frozenset(chosen | {*EVENTS})
