"""Subqueries of several queries, so that each database begins with their rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Subquery


class OneOf(Subquery):
    """The values of a query or a union, for ``__in``.

    MariaDB and MySQL would run each query of a union for every outer row. As a table of its own,
    the union is run once, and joined.
    """

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        template = "(SELECT * FROM (%(subquery)s) AS one_of)"
        return self.as_sql(compiler, connection, template=template, **context)
