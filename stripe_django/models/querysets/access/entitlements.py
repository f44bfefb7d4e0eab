"""Which entitlements are to a feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from stripe_django.fields import IdColumn

from ..arithmetic import Formula
from ..base import is_alive, related

WRONG = "A feature or its lookup key is needed, not {!r}."


class Exact(Formula):
    """Text of which every character counts, case and spaces too, on MariaDB and MySQL as well."""

    arity = 1
    output_field = CharField()
    sql = "{}"
    sql_of = {"mysql": "CAST(CONVERT({} USING utf8mb4) AS BINARY)"}


def entitling(entitlements: QuerySet, feature: Any) -> QuerySet:
    """Those that are in force and to a feature: its lookup key, its row, or several of these.

    Each has its ``owner``, the id of the customer. Raises ``TypeError`` and ``ValueError`` for what
    is no feature.
    """
    owner = Coalesce("customer", "summary", output_field=IdColumn())
    in_force = entitlements.filter(is_alive(), _is_listed(entitlements))
    found: QuerySet = in_force.annotate(owner=owner)
    if isinstance(feature, QuerySet):
        _check(feature.model)
        by_row: QuerySet = found.filter(feature__in=feature)
        return by_row
    keys, ids = features(feature)
    by_key = Q(lookup_key__in=keys, exact_key__in=keys)  # the first for the index
    named: QuerySet = found.alias(exact_key=Exact("lookup_key")).filter(by_key | Q(feature__in=ids))
    return named


def of_outer_customer() -> Q:
    """Whether an entitlement is an outer customer's.

    One that came with an event names the summary, which has the id of its customer; one that was
    read from the list names the customer.
    """
    return Q(customer=OuterRef("stripe_id")) | Q(summary=OuterRef("stripe_id"))


def _is_listed(entitlements: QuerySet) -> Q:
    """Whether no newer summary lacks an entitlement. Its own members are deleted by the sync."""
    summaries = related(entitlements.model, "summary").filter(stripe_id=OuterRef("customer"))
    return Q(summary__isnull=False) | ~Q(Exists(summaries.filter(as_of__gt=OuterRef("as_of"))))


def features(given: Any) -> tuple[list[str], list[str]]:
    """The lookup keys, and the ids of the rows, in a feature or a list of features."""
    keys, ids = [], []
    for each in _each(given):
        if isinstance(each, Model):
            _check(type(each))
            ids.append(each.stripe_id)  # type: ignore[attr-defined]
        elif each and isinstance(each, str):
            keys.append(each)
        else:
            raise ValueError(WRONG.format(each))
    return keys, ids


def _each(given: Any) -> Iterable[Any]:
    if isinstance(given, list | tuple | set | frozenset):
        return given
    return (given,)


def _check(model: type[Model]) -> None:
    if model.__name__ != "EntitlementsFeature":
        raise TypeError(f"A {model.__name__} is no feature.")
