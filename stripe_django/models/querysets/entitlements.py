"""Which entitlements are to a feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Model, Q, QuerySet

from .arithmetic import Formula


class Exact(Formula):
    """Text of which every character counts, case and spaces too, on MariaDB and MySQL as well."""

    arity = 1
    output_field = CharField()
    sql = "{}"
    sql_of = {"mysql": "CAST(CONVERT({} USING utf8mb4) AS BINARY)"}


def entitling(entitlements: QuerySet, feature: Any) -> QuerySet:
    """Those that are in force and to a feature: its lookup key, its row, or several of these.

    Raises ``TypeError`` and ``ValueError`` for anything else.
    """
    alive: QuerySet = entitlements.alive()  # type: ignore[attr-defined]
    if isinstance(feature, QuerySet):
        _check(feature.model)
        return alive.filter(feature__in=feature)
    keys, ids = [], []
    for each in _each(feature):
        (keys if isinstance(each, str) else ids).append(each if isinstance(each, str) else _id(each))
    by_key = Q(lookup_key__in=keys, exact_key__in=keys)  # the first for the index
    return alive.alias(exact_key=Exact("lookup_key")).filter(by_key | Q(feature__in=ids))


def _each(feature: Any) -> Iterable[Any]:
    if isinstance(feature, Model) or (feature and isinstance(feature, str)):
        return (feature,)
    if isinstance(feature, list | tuple | set | frozenset):
        return feature
    raise ValueError(f"A feature or its lookup key is needed, not {feature!r}.")


def _id(feature: Any) -> str:
    if not isinstance(feature, Model):
        raise ValueError(f"A feature or its lookup key is needed, not {feature!r}.")
    _check(type(feature))
    stripe_id: str = feature.stripe_id  # type: ignore[attr-defined]
    return stripe_id


def _check(model: type[Model]) -> None:
    if model.__name__ != "EntitlementsFeature":
        raise TypeError(f"A {model.__name__} is no feature.")
