"""What an image says of whose an object is: of its own, and of each object inside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.models import BalanceTransaction, Customer, Event, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.identity import Namespace
from stripe_django.sync.mapping.redaction import OBJECT
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import Column, schema_for

from . import paths
from .keys import ObjectKey
from .relations import CARRIED, EVENTS, OF_TRANSACTIONS, Place, is_reachable, relations_of

ESCAPED_OBJECT = '\\"object'
LISTS = frozenset({"list", "search_result"})
NAME = re.compile('"object":"([^"]*)"')


class Sighting(NamedTuple):
    """The keys by which it is decided whether an object belongs to an erased customer.

    One of ``own`` decides it, or of ``customers``; if there is no customer, one of ``parents``.
    ``carried`` belong to the same customer as the object.
    """

    own: tuple[ObjectKey, ...] = ()
    customers: tuple[ObjectKey, ...] = ()
    parents: tuple[ObjectKey, ...] = ()
    carried: tuple[ObjectKey, ...] = ()

    @property
    def keys(self) -> Iterator[ObjectKey]:
        """Those that decide."""
        yield from self.own
        yield from self.customers or self.parents

    def is_among(self, erased: Mapping[ObjectKey, int]) -> int | None:
        """The erasure that reaches the object, ``None`` if there is none."""
        return next((erased[key] for key in self.keys if key in erased), None)


def key_of(model: type[StripeModel], stripe_id: str) -> ObjectKey:
    return model.stripe.object_name, stripe_id


def of_row(row: Row, namespace: Namespace) -> Sighting:
    """What the columns of a row say; the objects in its JSON are left out."""
    own = (key_of(row.model, row.stripe_id),)
    if row.model in EVENTS:
        return Sighting(own=(*own, *_subject(row)))
    relations = relations_of(row.model)
    parents = _keys(relations.parents, row.values)
    if row.model is BalanceTransaction:
        parents += _of_transaction(row.values[schema_for(row.model).index["source"]])
    customers = _keys(relations.customers, row.values) + paths.in_row(row, namespace)
    return Sighting(own, customers, parents, _keys(relations.carried, row.values))


def _of_transaction(source: Any) -> tuple[ObjectKey, ...]:
    """What a balance transaction may be of, whose column has an id or an object, also as JSON."""
    if isinstance(source, str) and source[:1] in ('"', "{"):
        source = json.loads(source)
    if isinstance(source, dict):
        source = source.get("id")
    return tuple((name, source) for name in OF_TRANSACTIONS) if identity.is_id(source) else ()


def _subject(row: Row) -> tuple[ObjectKey, ...]:
    index = schema_for(row.model).index
    name, stripe_id = (row.values[index[each]] for each in ("object_name", "object_id"))
    model = registry.by_object_name().get(name)
    return (key_of(model, stripe_id),) if model and stripe_id else ()


def _keys(places: Iterable[Place], values: list[Any]) -> tuple[ObjectKey, ...]:
    return tuple(
        key_of(column.target, values[index])
        for index, column in places
        if column.target and values[index]
    )


def has_objects(row: Row) -> bool:
    """Whether JSON in a row may have objects inside that can belong to customers."""
    if ESCAPED_OBJECT in row.line:  # in JSON inside a string
        return True
    return OBJECT in row.line and not _other_names().issuperset(NAME.findall(row.line))


@cache
def _other_names() -> frozenset[str]:
    found = registry.by_object_name().items()
    return LISTS | {name for name, model in found if not is_reachable(model)}


def names_customer(row: Row) -> bool:
    """Whether a key without a column may name a customer."""
    return any(f'"{name}":' in row.extra for name in paths.NAMES)


def of_payload(payload: Mapping[str, Any], namespace: Namespace) -> Sighting:
    """What the payload of an object says of that."""
    model = registry.model_of(payload)
    if model is Event:
        return _of_event(payload, namespace)
    if model is V2CoreEvent:
        return _of_thin(payload, namespace)
    if model is None:
        return _of_unknown(payload, namespace)
    customers = () if model is Customer else tuple(paths.customers_in(payload, namespace))
    if not is_reachable(model):
        return Sighting(customers=customers)
    relations = relations_of(model)

    def keys(places: Iterable[Place]) -> tuple[ObjectKey, ...]:
        found = ((column.target, _reference(payload, column, namespace)) for _, column in places)
        return tuple(key_of(target, each) for target, each in found if target and each)

    own = _id_of(model, payload, namespace)
    return Sighting(
        (key_of(model, own),) if own else (),
        customers + keys(relations.customers) + paths.in_payload(payload, model, namespace),
        keys(relations.parents)
        + (_of_transaction(payload.get("source")) if model is BalanceTransaction else ()),
        keys(relations.carried),
    )


def _of_unknown(payload: Mapping[str, Any], namespace: Namespace) -> Sighting:
    """An object without a model: what it refers to is known by its keys alone."""
    models = registry.by_object_name()
    parents = tuple(
        key_of(model, found)
        for name, value in payload.items()
        if (model := models.get(name)) and model is not Customer and is_reachable(model)
        if (found := _qualified(value, model, namespace))
    )
    return Sighting(customers=tuple(paths.customers_in(payload, namespace)), parents=parents)


def _of_event(event: Mapping[str, Any], namespace: Namespace) -> Sighting:
    """An event is about its object, which may have been another customer's before."""
    data = event.get("data")
    shown = data.get("object") if isinstance(data, dict) else None
    if not isinstance(shown, dict):
        return Sighting()
    found = of_payload(shown, namespace)
    before = data.get("previous_attributes") if isinstance(data, dict) else None
    if isinstance(before, dict) and registry.model_of(shown) is not Customer:
        earlier = of_payload({"object": shown.get("object"), **before}, namespace)
        found = found._replace(customers=found.customers + earlier.customers)
    return found


def _of_thin(event: Mapping[str, Any], namespace: Namespace) -> Sighting:
    """A thin event names its object."""
    related = event.get("related_object")
    if not isinstance(related, dict):
        return Sighting()
    named = {"object": related.get("type"), "id": related.get("id")}
    model = registry.model_of(named)
    own = _id_of(model, named, namespace) if model and is_reachable(model) else None
    return Sighting((key_of(model, own),)) if model and own else Sighting()


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """The objects at any depth inside a value, with a model or not, the outermost first."""
    if isinstance(value, dict):
        if isinstance(value.get("object"), str):
            yield value
        for item in value.values():
            yield from inside(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from inside(item)


def in_payload(
    root: Sighting, payload: Mapping[str, Any], namespace: Namespace
) -> tuple[Sighting, list[Sighting]]:
    """What a payload says, of its object beside what is known of that, and of those inside."""
    objects = list(inside(list(payload.values())))
    shown = of_payload(payload, namespace)
    carried = [
        of_payload(each, namespace) for each in objects if registry.model_of(each) in CARRIED
    ]
    unnamed = tuple(key for each in carried if not each.customers for key in each.own)
    joined = Sighting(
        root.own + shown.own,
        root.customers + shown.customers,
        root.parents + shown.parents,
        root.carried + shown.carried + unnamed,
    )
    return joined, [of_payload(each, namespace) for each in objects]


def namespace_of(row: Row, livemode: bool) -> Namespace:
    """Where the ids in a row's payload are unique; ``livemode`` is that of your own account."""
    return Namespace(row.account, row.livemode, row.account == "" and row.livemode is livemode)


def _reference(payload: Mapping[str, Any], column: Column, namespace: Namespace) -> str | None:
    getters = [lambda sent: sent.get(column.key)] if column.key else []
    for get in (*getters, *column.fallbacks):
        found = get(payload)
        model = registry.model_of(found) or column.target
        if model is not None and (qualified := _qualified(found, model, namespace)):
            return qualified
    return None


def _qualified(value: Any, model: type[StripeModel], namespace: Namespace) -> str | None:
    """The ``stripe_id`` that an id, or an object, stands for."""
    found = value.get("id") if isinstance(value, dict) else value
    return namespace.qualify(model, found) if identity.is_id(found) else None


def _id_of(
    model: type[StripeModel], payload: Mapping[str, Any], namespace: Namespace
) -> str | None:
    try:
        return identity.stripe_id(model, payload, namespace, None)
    except PayloadError:
        return None
