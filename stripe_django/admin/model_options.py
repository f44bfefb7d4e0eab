"""What a model's admin looks like, derived from its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite, DateFieldListFilter
from django.db import models
from django.utils.translation import gettext_lazy as _

from stripe_django import fields
from stripe_django.models.base import StripeModel

from .account_filter import AccountFilter
from .rendering.display import Cell, cell, is_indexed
from .summaries.registry import SUMMARIES

# A list shows the id and, of each line here, the first field that the model has.
COLUMNS = (
    ("total", "amount", "unit_amount", "percent_off"),
    ("amount_off",),
    ("status", "paid", "valid", "active", "used", "refunded", "delinquent", "charges_enabled"),
    ("type", "purpose", "reason", "duration", "interval", "brand"),
    ("created", "date", "start"),
    ("email", "customer_email_address"),
    ("customer", "account"),
    ("last4", "name", "display_name", "customer_name", "description"),
    ("invoice", "subscription", "charge", "fee", "transfer", "coupon"),
    ("plan",),
)

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
    columns = [model._meta.get_field(name) for name in column_names(model)]
    groups = field_names(model)
    return {
        "list_display": [shown[field.name] for field in columns],
        # Any other order would sort the whole table.
        "sortable_by": [shown[field.name] for field in columns if is_indexed(field)],
        "list_filter": [*list_filters(model)],
        "search_fields": [*search_fields(model)],
        "ordering": ["-created" if has_created(model) else "-id"],
        "summary_class": SUMMARIES.get(model),
        "readonly_fields": [shown[name] for names in groups.values() for name in names],
        "fieldsets": fieldsets(groups, shown),
    }


def column_names(model: type[StripeModel]) -> Iterator[str]:
    yield "stripe_id"
    present = {field.name for field in model._meta.fields}
    for names in COLUMNS:
        yield from [name for name in names if name in present][:1]


def has_created(model: type[StripeModel]) -> bool:
    return any(field.name == "created" and is_indexed(field) for field in model._meta.fields)


def list_filters(model: type[StripeModel]) -> Iterator[Any]:
    """Filters that query nothing to show themselves, and whose rows an index finds.

    A ``date_hierarchy`` would read the whole column, and fails on a MariaDB or MySQL without time
    zone tables.
    """
    for field in model._meta.fields:
        if isinstance(field, fields.EnumField) and (field.name == "status" or is_indexed(field)):
            yield field.name
    if has_created(model):
        yield "created", DateFieldListFilter
    if not model.stripe.is_global:
        yield AccountFilter


def search_fields(model: type[StripeModel]) -> Iterator[str]:
    yield "stripe_id__exact"
    for field in model._meta.fields:
        if isinstance(field, models.EmailField) and is_indexed(field):
            yield f"{field.name}__exact"


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
