"""Whether anything that is stored is of a customer: a mistyped id must not look like an erasure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from stripe_django.exceptions import UnknownCustomerError
from stripe_django.models import Customer, Event, InboxEvent, V2CoreEvent
from stripe_django.privacy.ids import prefix_of
from stripe_django.sync.database import keyset
from stripe_django.sync.events import bodies
from stripe_django.sync.mapping.identity import HomeAccount, bare_id
from stripe_django.sync.writer.withholding import stored
from stripe_django.sync.writer.withholding.sightings import Sighting, key_of

from . import tombstones
from .sweep import behind
from .traces import traces_of

OF_CUSTOMERS = ("", "cus")  # what their ids begin with; merchants may choose others


def require(stripe_id: str, mine: HomeAccount, using: str, *, force: bool) -> None:
    """Raise ``UnknownCustomerError`` if nothing stored is of the customer.

    ``force`` lets customers pass who were never here; an id of another object passes never.
    """
    api_id = bare_id(stripe_id)
    prefix = prefix_of(api_id)
    if (force and prefix in OF_CUSTOMERS) or _is_stored(stripe_id, mine, using):
        return
    if prefix not in OF_CUSTOMERS:
        raise UnknownCustomerError(
            _(
                "%(api_id)s is the id of another object than a customer. Nothing was erased:"
                " name the customer, or erase a single row of another object with"
                " sync.erase(row)."
            )
            % {"api_id": api_id}
        )
    raise UnknownCustomerError(
        _(
            "Nothing is stored of a customer %(stripe_id)s, so nothing was erased. Check"
            " the id, and the account that the customer lives in. To store nothing personal"
            " of a customer who was never here, force it: --force, or force=True."
        )
        % {"stripe_id": stripe_id}
    )


def _is_stored(stripe_id: str, mine: HomeAccount, using: str) -> bool:
    key = key_of(Customer, stripe_id)
    return (
        tombstones.of(stripe_id, using).exists()
        or any(rows.exists() for rows in behind([key], using))
        or any(trace.rows.exists() for trace in traces_of([key], using))
        or any(key in each.keys for each in _in_events(stripe_id, mine, using))
        or any(key in each.keys for each in _in_bodies(stripe_id, mine, using))
    )


def _in_events(stripe_id: str, mine: HomeAccount, using: str) -> Iterator[Sighting]:
    """What the events say that have the customer's id anywhere in their JSON."""
    for model, name in ((Event, "data"), (V2CoreEvent, "changes")):
        rows: QuerySet = QuerySet(model=model, using=using)
        rows = rows.alias(text=Cast(name, TextField())).filter(text__contains=_quoted(stripe_id))
        for batch in keyset.batches(rows):
            found = rows.filter(pk__in=[row.pk for row in batch])
            for each in stored.read(found, mine.livemode):
                yield from (each.root, *each.inner)


def _in_bodies(stripe_id: str, mine: HomeAccount, using: str) -> Iterator[Sighting]:
    rows = InboxEvent.objects.using(using).filter(body__contains=_quoted(stripe_id))
    for event in keyset.each(rows):
        yield from bodies.sightings(bodies.decoded(event.body), event.platform, mine)


def _quoted(stripe_id: str) -> str:
    return json.dumps(bare_id(stripe_id))
