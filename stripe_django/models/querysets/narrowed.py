"""Querysets in which each row is there once, however they were narrowed."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import NotSupportedError
from django.db.models import Aggregate, ForeignObjectRel, ManyToManyField, QuerySet
from django.db.models.expressions import Col
from django.db.models.sql import Query

Narrowed = TypeVar("Narrowed", bound=QuerySet)


def once(queryset: Narrowed) -> Narrowed:
    """The same rows, each of them once, to be annotated.

    A queryset that has its rows once already stays as it is. Of one that may repeat them, because
    it is joined with rows of which there are several, annotations of its own get lost. Raises
    ``TypeError`` for slices and for ``values()``, ``NotSupportedError`` for unions.
    """
    _refuse(queryset)
    return _by_key(queryset) if _may_repeat(queryset) else queryset


def by_key(queryset: Narrowed) -> Narrowed:
    """The same rows, each of them once, to be summed: without annotations, without an order."""
    _refuse(queryset)
    query = queryset.query
    is_plain = not (query.annotations or query.group_by or query.distinct)
    return queryset.order_by() if is_plain and not _may_repeat(queryset) else _by_key(queryset)


def _by_key(queryset: Narrowed) -> Narrowed:
    found: Narrowed = type(queryset)(
        model=queryset.model,
        using=queryset._db,  # type: ignore[attr-defined]
        hints=queryset._hints,  # type: ignore[attr-defined]
    )
    found = found.filter(pk__in=queryset.order_by().values("pk"))
    found._prefetch_related_lookups = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    query, given = found.query, queryset.query
    query.select_related, query.deferred_loading = given.select_related, given.deferred_loading
    if not given.annotations and not given.extra and not _is_ordered_by_many(queryset):
        query.order_by, query.standard_ordering = given.order_by, given.standard_ordering
    return found


def _refuse(queryset: QuerySet) -> None:
    how = "Take its rows by their keys: filter(pk__in=[row.pk for row in queryset])."
    if queryset.query.combinator:
        raise NotSupportedError(f"What a {queryset.query.combinator} has cannot be summed. {how}")
    if queryset.query.is_sliced:
        raise TypeError(f"What a slice has cannot be summed. {how}")
    if queryset._fields is not None:  # type: ignore[attr-defined]
        raise TypeError("Sums are of rows: call values() or values_list() after this method.")


def _may_repeat(queryset: QuerySet) -> bool:
    """Whether a row may be there several times, or cannot be distinguished from its equals."""
    query = queryset.query
    if query.distinct or query.extra_tables or _is_ordered_by_many(queryset):
        return True
    if query.group_by:  # by the key, as values() is refused, and by what is annotated
        return any(_is_of_many(query, each) for each in query.annotation_select.values())
    joined = (alias for alias, uses in query.alias_refcount.items() if uses)
    return any(_is_joined_to_many(query, alias) for alias in joined)


def _is_ordered_by_many(queryset: QuerySet) -> bool:
    """Whether the order is by rows of which there are several: they are joined when it is run."""
    query, options = queryset.query.chain(), queryset.model._meta
    order: tuple[Any, ...] = tuple(queryset.query.order_by)
    for each in order:
        if not isinstance(each, str):
            if _is_of_many(query, each.resolve_expression(query)):
                return True
        elif (name := each.lstrip("-+")) not in {"?", *query.annotations, *query.extra}:
            path = query.names_to_path(name.split("__"), options, fail_on_missing=False)[0]
            if any(step.m2m for step in path):
                return True
    return False


def _is_of_many(query: Query, expression: Any) -> bool:
    """Whether a value is one of several rows', and no aggregate of them."""
    if isinstance(expression, Aggregate):
        return False
    if isinstance(expression, Col):
        return _is_joined_to_many(query, expression.alias)
    name = "get_external_cols" if isinstance(expression, Query) else "get_source_expressions"
    # An outer query's column has nothing inside.
    inside: list[Any] = getattr(expression, name, list)()
    return any(_is_of_many(query, each) for each in inside if each is not None)


def _is_joined_to_many(query: Query, alias: str | None) -> bool:
    """Whether there may be several rows of a joined table, or of one on the way to it."""
    while alias in query.alias_map:
        join = query.alias_map[alias]
        if _is_to_many(getattr(join, "join_field", None)):
            return True
        alias = join.parent_alias
    return False


def _is_to_many(field: object) -> bool:
    if isinstance(field, ForeignObjectRel):
        return bool(field.multiple)
    return isinstance(field, ManyToManyField)
