"""Queries that are built once and run with other values: to build these takes half a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from stripe_django.models.querysets.uncompiled import uncompiled

# In the places of values that are given later: no query has them otherwise.
ANY_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
ANY_FIRST, ANY_LAST = -19_000_101, -19_000_102


class Compiled:
    """One statement for all values of its placeholders; rows are as the database returns them."""

    def __init__(self, queryset: QuerySet, using: str) -> None:
        self._using = using
        self._sql, self._params = queryset.query.get_compiler(using).as_sql()

    def rows(self, values: Mapping[Any, Any]) -> list[tuple]:
        """The rows for these values of the placeholders."""
        given = {
            self._adapted(any_value): self._adapted(each) for any_value, each in values.items()
        }
        params = [given.get(each, each) for each in self._params]
        with uncompiled(self._using), connections[self._using].cursor() as cursor:
            cursor.execute(self._sql, params)
            return list(cursor.fetchall())

    def _adapted(self, value: Any) -> Any:
        """A value as the query has it among its parameters."""
        is_moment = isinstance(value, datetime)
        return connections[self._using].ops.adapt_datetimefield_value(value) if is_moment else value
