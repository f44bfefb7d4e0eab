"""Which entitlements are to a feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Model, Q, QuerySet

from .arithmetic import Formula
from .base import is_alive

WRONG = "A feature or its lookup key is needed, not {!r}."


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
    alive = entitlements.filter(is_alive())
    if isinstance(feature, QuerySet):
        _check(feature.model)
        return alive.filter(feature__in=feature)
    keys, ids = features(feature)
    by_key = Q(lookup_key__in=keys, exact_key__in=keys)  # the first for the index
    found: QuerySet = alive.alias(exact_key=Exact("lookup_key")).filter(by_key | Q(feature__in=ids))
    return found


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
