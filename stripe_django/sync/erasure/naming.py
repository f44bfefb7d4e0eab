"""Rows that name a customer in their JSON alone: no reference leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from stripe_django import fields, registry
from stripe_django.models import Customer, Event, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.identity import bare_id
from stripe_django.sync.writer.withholding import descent
from stripe_django.sync.writer.withholding.keys import ObjectKey
from stripe_django.sync.writer.withholding.relations import EVENTS

ROWS = 2000  # looked at in one statement
IDS = 500  # in one statement


def naming(stripe_id: str, using: str) -> Iterator[QuerySet]:
    """The events that name a customer anywhere, and the rows that do in their JSON."""
    names = [bare_id(stripe_id), *_accounts(stripe_id, using)]
    yield from _with(Event, ["data"], names, using)
    yield from _with(V2CoreEvent, ["changes"], names, using)
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
    """The rows with one of the names in one of the columns."""
    rows: QuerySet = QuerySet(model=model, using=using)
    found = Q()
    for column in columns:
        for name in names:
            found |= Q(**{f"json_{column}__contains": f'"{name}"'})
    texts = {f"json_{column}": Cast(column, TextField()) for column in columns}
    for batch in _ranges(rows):
        keys = list(batch.alias(**texts).filter(found).values_list("pk", flat=True))
        yield from _chunks(rows, keys)


def without_rows(using: str) -> Iterator[QuerySet]:
    """The events about objects without a row: nothing but these events leads to them."""
    for model in (Event, V2CoreEvent):
        rows: QuerySet = QuerySet(model=model, using=using)
        for batch in _ranges(rows):
            found: dict[ObjectKey, list[int]] = {}
            for pk, *key in batch.values_list("pk", "object_name", "object_id"):
                found.setdefault((key[0] or "", key[1] or ""), []).append(pk)
            keys = sorted(pk for key in found.keys() - _stored(found, using) for pk in found[key])
            yield from _chunks(rows, keys)


def _stored(found: Iterable[ObjectKey], using: str) -> set[ObjectKey]:
    """Of these objects, those that have rows, by each of their names."""
    return {
        (name, stripe_id)
        for model, ids in descent.by_model(found).items()
        for stripe_id in _among(model, ids, using)
        for name in model.stripe.names
    }


def _among(model: type[StripeModel], ids: list[str], using: str) -> Iterator[str]:
    rows: QuerySet = QuerySet(model=model, using=using)
    for first in range(0, len(ids), IDS):
        some = ids[first : first + IDS]
        yield from rows.filter(stripe_id__in=some).values_list("stripe_id", flat=True)


def _chunks(rows: QuerySet, keys: list[int]) -> Iterator[QuerySet]:
    for first in range(0, len(keys), descent.CHUNK):
        yield rows.filter(pk__in=keys[first : first + descent.CHUNK])


def _ranges(rows: QuerySet) -> Iterator[QuerySet]:
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, ROWS):
        yield rows.filter(pk__gt=start, pk__lte=start + ROWS)
