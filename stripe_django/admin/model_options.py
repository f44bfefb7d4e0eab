"""What a model's admin looks like, derived from its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.db import models
from django.utils.translation import gettext_lazy as _

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.search import documents

from .account_filter import AccountFilter
from .lists.columns import columns, derived, prefetches
from .lists.filters import filters, has_created
from .rendering.display import Cell, cell, is_indexed
from .summaries.registry import SUMMARIES

# The groups of a page after the first, which is what the list shows. The first that fits decides.
GROUPS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("Metadata", (fields.MetadataField,)),
    ("Money", (fields.Amount, fields.CurrencyField)),
    ("Times", (models.DateTimeField,)),
    ("Related objects", (fields.Reference, fields.Links, fields.ObjectIdField)),
    ("Nested values", (models.JSONField,)),
    ("Details", (models.Field,)),
)
TITLES = {
    "": None,
    "Metadata": _("Metadata"),
    "Details": _("Details"),
    "Money": _("Money"),
    "Related objects": _("Related objects"),
    "Times": _("Times"),
    "Nested values": _("Nested values"),
    "Sync": _("Sync"),
    "Extra": _("Extra"),
}
OPEN = {"", "Metadata"}  # the other groups are folded


def options(model: type[StripeModel], site: AdminSite) -> dict[str, Any]:
    """The options for registering ``model``, or a subclass of its admin, with ``site``."""
    shown = {
        field.name: cell(field, site) or field.name
        for field in (*model._meta.fields, *model._meta.many_to_many)
    }
    listed = columns(model, site)
    groups = field_names(model)
    return {
        "list_display": listed,
        # Any other order would sort the whole table.
        "sortable_by": [each for each in listed if is_sortable(model, each)],
        "list_prefetch": prefetches(model, listed),
        "list_filter": [*list_filters(model)],
        "search_fields": ["stripe_id"],  # for the box: what it finds is in ``matching``
        "search_help_text": search_help_text(model),
        "ordering": ["-created" if has_created(model) else "-id"],
        "summary_class": SUMMARIES.get(model),
        "readonly_fields": [shown[name] for names in groups.values() for name in names],
        "fieldsets": fieldsets(groups, shown),
    }


def is_sortable(model: type[StripeModel], column: Any) -> bool:
    name = getattr(column, "admin_order_field", column)
    return bool(name) and is_indexed(model._meta.get_field(name))


def column_names(model: type[StripeModel]) -> Iterator[str]:
    yield "stripe_id"
    yield from derived(model)


def list_filters(model: type[StripeModel]) -> Iterator[Any]:
    yield from filters(model)
    if not model.stripe.is_global:
        yield AccountFilter


def search_help_text(model: Any) -> str:
    """The fields that are searched besides the id."""
    searched = (
        model._meta.get_field(name) for name in documents.columns(model) if name != "stripe_id"
    )
    return ", ".join([str(_("id")), *(str(field.verbose_name) for field in searched)])


def field_names(model: type[StripeModel]) -> dict[str, list[str]]:
    """The names of the object's own fields by group, of those for the sync, and ``extra``.

    Where there is no summary, the first group is what the list shows.
    """
    groups: dict[str, list[str]] = {title: [] for title in TITLES}
    if model in SUMMARIES:
        groups["Details"] = ["stripe_id"]
    else:
        groups[""] = [*column_names(model)]
    apart = {"id", "extra", "stripe_id", *groups[""]}
    for field in (*model._meta.fields, *model._meta.many_to_many):
        if field.name not in apart:
            groups[group_of(field)].append(field.name)
    groups["Extra"] = ["extra"]
    return {title: names for title, names in groups.items() if names}


def group_of(field: Any) -> str:
    if not isinstance(field, fields.StripeField) or field.name == "livemode":
        return "Sync"
    return next(title for title, kinds in GROUPS if isinstance(field, kinds))


def fieldsets(groups: dict[str, list[str]], shown: dict[str, Cell | str]) -> list[Any]:
    return [
        (
            TITLES[title],
            {
                "fields": [shown[name] for name in names],
                "classes": [] if title in OPEN else ["collapse"],
            },
        )
        for title, names in groups.items()
    ]
