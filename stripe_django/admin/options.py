"""What a model's admin looks like, derived from its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite, DateFieldListFilter
from django.db import models

from stripe_django import fields
from stripe_django.models.base import StripeModel

from .cells import Cell, cell

# A list shows the id and, of each line here, the first field that the model has.
COLUMNS = (
    ("status", "paid", "valid", "active", "used", "refunded", "delinquent", "charges_enabled"),
    ("type", "purpose", "reason", "duration", "interval", "brand"),
    ("last4", "name", "display_name", "customer_name"),
    ("email", "customer_email_address"),
    ("total", "amount", "percent_off"),
    ("amount_off",),
    ("currency",),
    ("customer", "account"),
    ("invoice", "subscription", "charge", "fee", "transfer", "coupon"),
    ("plan",),
    ("created", "date", "start"),
    ("livemode",),
)


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
        "readonly_fields": [shown[name] for names in groups.values() for name in names],
        "fieldsets": fieldsets(groups, shown),
    }


def column_names(model: type[StripeModel]) -> Iterator[str]:
    yield "stripe_id"
    present = {field.name for field in model._meta.fields}
    for names in COLUMNS:
        yield from [name for name in names if name in present][:1]


def is_indexed(field: Any) -> bool:
    return bool(field.unique or field.db_index)


def has_created(model: type[StripeModel]) -> bool:
    return any(field.name == "created" and is_indexed(field) for field in model._meta.fields)


def list_filters(model: type[StripeModel]) -> Iterator[Any]:
    """Filters that query nothing to show themselves.

    A ``date_hierarchy`` would read the whole column, and fails on a MariaDB or MySQL without time
    zone tables.
    """
    for field in model._meta.fields:
        if isinstance(field, fields.EnumField):
            yield field.name
    yield "livemode"
    if has_created(model):
        yield "created", DateFieldListFilter


def search_fields(model: type[StripeModel]) -> Iterator[str]:
    yield "stripe_id__exact"
    for field in model._meta.fields:
        if isinstance(field, models.EmailField):
            yield f"{field.name}__exact"


def field_names(model: type[StripeModel]) -> dict[str, list[str]]:
    """The names of the object's own fields, of those for the sync, and ``extra``."""
    stripe = [field.name for field in model._meta.fields if isinstance(field, fields.StripeField)]
    stripe += [field.name for field in model._meta.many_to_many]
    apart = {"id", "stripe_id", "extra", *stripe}
    own = [field.name for field in model._meta.fields if field.name not in apart]
    return {"": ["stripe_id", *stripe], "Sync": own, "Extra": ["extra"]}


def fieldsets(groups: dict[str, list[str]], shown: dict[str, Cell | str]) -> list[Any]:
    return [
        (
            title or None,
            {
                "fields": [shown[name] for name in names],
                "classes": ["collapse"] if title == "Sync" else [],
            },
        )
        for title, names in groups.items()
    ]
