"""Rows that name a customer in their JSON alone: no reference leads to them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from stripe_django import fields, registry
from stripe_django.conf import settings
from stripe_django.models import Customer, Event, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.identity import bare_id
from stripe_django.sync.writer.withholding import descent
from stripe_django.sync.writer.withholding.relations import EVENTS

ROWS = 2000  # looked at in one statement


def naming(stripe_id: str, using: str) -> Iterator[QuerySet]:
    """The events that name a customer anywhere, and the rows that do in their JSON.

    All events if some objects have no rows: the ids of the others are not known yet.
    """
    names = [bare_id(stripe_id), *_accounts(stripe_id, using)]
    for model in (Event, V2CoreEvent):
        column = "data" if model is Event else "changes"
        yield from _with(model, [] if settings.objects else [column], names, using)
    for model in registry.models():
        if model not in EVENTS:
            yield from _with(model, ["extra", *_json_columns(model)], names, using)


def _accounts(stripe_id: str, using: str) -> list[str]:
    """The customer as an account of the second API version."""
    rows = Customer.objects.using(using).filter(stripe_id=stripe_id)
    return [each for each in rows.values_list("customer_account", flat=True) if each]


def _json_columns(model: type[StripeModel]) -> list[str]:
    return [
        field.name for field in model._meta.concrete_fields if isinstance(field, fields.HashField)
    ]


def _with(
    model: type[StripeModel], columns: list[str], names: list[str], using: str
) -> Iterator[QuerySet]:
    """The rows with one of the names in one of the columns, or all without columns."""
    rows: QuerySet = QuerySet(model=model, using=using)
    found = Q()
    for column in columns:
        for name in names:
            found |= Q(**{f"json_{column}__contains": f'"{name}"'})
    texts = {f"json_{column}": Cast(column, TextField()) for column in columns}
    for batch in _ranges(rows):
        keys = list(batch.alias(**texts).filter(found).values_list("pk", flat=True))
        for first in range(0, len(keys), descent.CHUNK):
            yield rows.filter(pk__in=keys[first : first + descent.CHUNK])


def _ranges(rows: QuerySet) -> Iterator[QuerySet]:
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, ROWS):
        yield rows.filter(pk__gt=start, pk__lte=start + ROWS)
