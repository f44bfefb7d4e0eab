"""Rows on their way to the database: those of erased customers lose their personal data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from stripe_django.models import Customer
from stripe_django.sync.mapping.identity import Namespace
from stripe_django.sync.mapping.rows import Row

from . import descent, images, marks
from .keys import ObjectKey
from .marks import Known
from .reach import reach
from .relations import EVENTS, is_reachable
from .sightings import Sighting, has_objects, in_payload, names_customer, namespace_of, of_row


@dataclass(slots=True)
class _Seen:
    """A row, what it says of whose its object is, and its payload if there are objects inside."""

    row: Row
    namespace: Namespace
    root: Sighting
    payload: dict[str, Any] = field(default_factory=dict)
    inner: list[Sighting] = field(default_factory=list)


class Withheld(NamedTuple):
    """What was found among rows: the ids of erased customers, of whom no row is stored, and the
    objects that belong to them and were not known, with the erasures.
    """

    customers: frozenset[str] = frozenset()
    reached: Mapping[ObjectKey, int] = MappingProxyType({})


def withhold(rows: Iterable[Row], known: Known, using: str) -> Withheld:
    """Withhold personal data from rows, in the caller's transaction, before they are compared with
    the stored ones.

    The objects that this reaches for the first time are noted, and what is stored of them, and of
    what refers to them, loses its personal data with them.
    """
    found = replace(rows, known, using)
    if found.reached:
        marks.add(found.reached, using)
        descent.descend(found.reached, known, using)
    return found


def replace(rows: Iterable[Row], known: Known, using: str) -> Withheld:
    """Make rows what a write would store of them; writes nothing."""
    seen = [each for each in (_seen(row, known.livemode) for row in rows) if each]
    if not seen:
        return Withheld()
    sightings = [each for one in seen for each in (one.root, *one.inner)]
    erased = marks.look_up(
        (key for each in sightings for key in each.keys), known.erasure_keys, using
    )
    if not erased:
        return Withheld()
    new = reach(sightings, erased, marks.looking_up(known.erasure_keys, using), using)
    for each in seen:
        _replace(each, erased, known)
    return Withheld(frozenset(_customers(seen, erased)), new)


def _customers(seen: Iterable[_Seen], erased: images.Erased) -> Iterator[str]:
    for each in seen:
        if each.row.model is Customer and each.root.is_among(erased) is not None:
            yield each.row.stripe_id


def _seen(row: Row, livemode: bool) -> _Seen | None:
    has_inner = has_objects(row) or names_customer(row)
    if not has_inner and not is_reachable(row.model) and row.model not in EVENTS:
        return None
    namespace = namespace_of(row, livemode)
    seen = _Seen(row, namespace, of_row(row, namespace))
    if has_inner or row.model in EVENTS:
        seen.payload = images.payload_of(row)
        seen.root, seen.inner = in_payload(seen.root, seen.payload, seen.namespace)
    return seen


def _replace(seen: _Seen, erased: images.Erased, known: Known) -> None:
    is_erased = seen.root.is_among(erased) is not None
    if not is_erased and not any(each.is_among(erased) is not None for each in seen.inner):
        return
    row = seen.row
    payload = seen.payload or images.payload_of(row)
    less = images.without_personal_data(
        payload, row.model, seen.namespace, erased, is_erased=is_erased
    )
    images.replace(row, payload, less, known.livemode, is_erased=is_erased)
