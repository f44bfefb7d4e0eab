"""Erased customers of an account that becomes your own stay erased under their new ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from stripe_django import fields, registry
from stripe_django.models import Customer, Erasure, Home
from stripe_django.models.base import StripeModel
from stripe_django.sync.database import keyset
from stripe_django.sync.mapping.schema import schema_for

from .withholding import keys, marks
from .withholding.keys import ObjectKey
from .withholding.relations import EVENTS

Rename = Callable[[str], str]


def adopt_erasures(account: str, rename: Rename, using: str) -> None:
    """Have the erasures recognise by the new ids what they recognise by those with the account.

    They know hashes alone, so what they have reached is found by the ids that are still stored.
    """
    erasure_keys = Home.objects.using(using).get(pk=Home.SINGLETON).erasure_keys
    if not erasure_keys:
        return
    for names in _names(f"{account}:", using):
        erased = marks.look_up(names, erasure_keys, using)
        marks.add({(key[0], rename(key[1])): pk for key, pk in erased.items()}, using)
        for key, pk in erased.items():
            if key[0] == Customer.stripe.object_name:
                _readdress(pk, key, rename, using)


def _readdress(pk: int, key: ObjectKey, rename: Rename, using: str) -> None:
    """Have an erasure name its customer by the new id, unless there is one that does."""
    erasures = Erasure.objects.using(using)
    found = erasures.filter(pk=pk).first()
    if found is None:
        return
    [hashed_with] = keys.named(found.key)
    digest = hashed_with.digest((key[0], rename(key[1])))
    if found.digest == hashed_with.digest(key) and not erasures.filter(digest=digest).exists():
        erasures.filter(pk=pk).update(digest=digest)


def _names(start: str, using: str) -> Iterator[list[ObjectKey]]:
    """The objects whose ids begin so, by their rows, references to them and events about them."""
    for model in registry.models():
        name = model.stripe.object_name
        for batch in _beginning(model, "stripe_id", start, using):
            yield [(name, row.stripe_id) for row in batch]
        for column in schema_for(model).columns:
            if isinstance(column.field, fields.Reference) and column.target:
                target = column.target.stripe.object_name
                for batch in _beginning(model, column.attname, start, using):
                    yield [(target, getattr(row, column.attname)) for row in batch]
    for events in EVENTS:
        for batch in _beginning(events, "object_id", start, using):
            shown: list[Any] = list(batch)
            yield [(row.object_name, row.object_id) for row in shown]


def _beginning(
    model: type[StripeModel], name: str, start: str, using: str
) -> Iterator[list[StripeModel]]:
    rows: QuerySet = QuerySet(model=model, using=using)
    # A reference has no lookups of text of its own.
    return keyset.batches(rows.alias(text=Cast(name, TextField())).filter(text__startswith=start))
