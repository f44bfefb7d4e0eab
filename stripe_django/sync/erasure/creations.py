"""Creations of a customer whose end nobody has noted: the customer's metadata says which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from stripe_django.models import Customer, CustomerCreation, Event, InboxEvent
from stripe_django.sync.database import keyset
from stripe_django.sync.events import bodies
from stripe_django.sync.mapping.identity import bare_id

NAME = str(CustomerCreation._meta.verbose_name_raw)
TOKEN = CustomerCreation.TOKEN_KEY


def pending(stripe_id: str, using: str) -> QuerySet[CustomerCreation]:
    """The requests that have created the customer though no response has said so."""
    rows = CustomerCreation.objects.using(using)
    tokens = {token for each in _shown(stripe_id, using) for token in _tokens(each)}
    return rows.filter(token__in=tokens, status=CustomerCreation.Status.PENDING)


def resolve(stripe_id: str, using: str) -> int:
    """Note that they have, without what they sent; returns how many.

    To be called before the metadata is withheld, with which it is forgotten.
    """
    return pending(stripe_id, using).update(
        status=CustomerCreation.Status.CREATED,
        customer_id=bare_id(stripe_id),
        **dict.fromkeys(("params", "error", "claim"), ""),
        **dict.fromkeys(("first_sent_at", "last_sent_at", "claimed_until")),
    )


def _shown(stripe_id: str, using: str) -> Iterator[Any]:
    """The customer as its row, events and bodies show it."""
    rows = Customer.objects.using(using).filter(stripe_id=stripe_id)
    yield from ({"metadata": each} for each in rows.values_list("metadata", flat=True))
    events: QuerySet = QuerySet(model=Event, using=using)
    of_customer = events.filter(object_name="customer", object_id=stripe_id).only("data")
    for event in keyset.each(of_customer):
        yield from _in_data(event.data)
    named = f'"{bare_id(stripe_id)}"'
    for waiting in keyset.each(InboxEvent.objects.using(using).filter(body__contains=named)):
        for each in _in_data(bodies.decoded(waiting.body).get("data")):
            if each.get("object") == "customer" and each.get("id") == bare_id(stripe_id):
                yield each


def _in_data(data: Any) -> Iterator[dict[str, Any]]:
    shown = data.get("object") if isinstance(data, dict) else None
    if isinstance(shown, dict):
        yield shown


def _tokens(shown: dict[str, Any]) -> Iterator[str]:
    metadata = shown.get("metadata")
    token = metadata.get(TOKEN) if isinstance(metadata, dict) else None
    if isinstance(token, str):
        yield token
