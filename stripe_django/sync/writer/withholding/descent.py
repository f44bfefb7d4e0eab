"""From objects of erased customers to what is stored of them, and to what refers to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Q, QuerySet

from stripe_django import registry
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel

from . import marks, stored
from .keys import ObjectKey
from .marks import Known
from .reach import reach
from .relations import children_of, relations_of

CHUNK = 100  # rows in one transaction


def descend(found: Mapping[ObjectKey, int], known: Known, using: str) -> None:
    """Withhold personal data from all that is stored of some objects, and of what refers to these,
    at any depth, in the caller's transaction: for few objects.
    """
    left = dict(found)
    while left:
        more: dict[ObjectKey, int] = {}
        for rows in (*themselves(left, using), *referring(left, using), *about(left, using)):
            for batch in batches(rows):
                more |= withhold(batch, left, known, using)[0]
        left = more


def withhold(
    rows: QuerySet, erased: Mapping[ObjectKey, int], known: Known, using: str
) -> tuple[dict[ObjectKey, int], Counter[str]]:
    """Withhold personal data from rows of one model; the objects that this reaches are noted.

    Returns these, and how many ``rows`` changed, and ``values`` in them.
    """
    new, changed = _without(stored.locked(rows, known.livemode), erased, known, using)
    marks.add(new, using)
    stored.write(changed, using)
    return new, changed.counts


def tried(
    rows: QuerySet, erased: Mapping[ObjectKey, int], known: Known, using: str
) -> tuple[dict[ObjectKey, int], stored.Changed]:
    """The same without writing or locking anything."""
    return _without(stored.read(rows, known.livemode), erased, known, using)


def _without(
    seen: list[stored.StoredSighting], erased: Mapping[ObjectKey, int], known: Known, using: str
) -> tuple[dict[ObjectKey, int], stored.Changed]:
    sightings = [one for each in seen for one in (each.root, *each.inner)]
    wanted = (key for each in sightings for key in each.keys)
    all_erased = {**erased, **marks.look_up(wanted, known.erasure_keys, using)}
    new = reach(sightings, all_erased, marks.looking_up(known.erasure_keys, using), using)
    return new, stored.without(seen, all_erased)


def themselves(found: Iterable[ObjectKey], using: str) -> Iterator[QuerySet]:
    """The rows of the objects."""
    for model, ids in by_model(found).items():
        yield _rows(model, using).filter(stripe_id__in=ids)


def referring(found: Iterable[ObjectKey], using: str) -> Iterator[QuerySet]:
    """The rows that refer to the objects, and name no customer unless that is one of them."""
    for model, ids in by_model(found).items():
        for child, column in children_of(model):
            rows = _rows(child, using).filter(**{f"{column.attname}__in": ids})
            customers = [each.attname for _, each in relations_of(child).customers]
            if column.attname not in customers:
                rows = rows.filter(**{f"{each}__isnull": True for each in customers})
            yield rows


def about(found: Iterable[ObjectKey], using: str) -> Iterator[QuerySet]:
    """The events that are about the objects."""
    for model, ids in by_model(found).items():
        named = Q(object_name__in=model.stripe.names, object_id__in=ids)
        for events in (Event, V2CoreEvent):
            yield _rows(events, using).filter(named)


def batches(rows: QuerySet) -> Iterator[QuerySet]:
    """The same rows, some at a time."""
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield _rows(rows.model, rows.db).filter(pk__in=ids[start : start + CHUNK])


def by_model(found: Iterable[ObjectKey]) -> dict[type[StripeModel], list[str]]:
    names = registry.by_object_name()
    models: dict[type[StripeModel], list[str]] = defaultdict(list)
    for name, stripe_id in found:
        if name in names:
            models[names[name]].append(stripe_id)
    return models


def _rows(model: type[StripeModel], using: str) -> QuerySet:
    return QuerySet(model=model, using=using)
