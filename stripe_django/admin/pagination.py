"""Lists that count and page only as far as is fast, whatever the number of rows."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import DataError, NotSupportedError, connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats
from django.utils.translation import gettext as _

from .lists.totals import Totals, totals

# A page further down would have the database read and throw away all rows before it.
LIMIT = 10_000


class BoundedPaginator(Paginator):
    """Pages through the first rows; ``more`` says whether there are others behind them."""

    object_list: QuerySet

    @cached_property
    def counted(self) -> int:
        return self.object_list.order_by()[: LIMIT + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, LIMIT)

    @property
    def more(self) -> bool:
        return self.counted > LIMIT


class BoundedChangeList(ChangeList):
    """Links from its last page to a list of older rows."""

    paginator: BoundedPaginator

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        """With what the columns need of other tables; read for the rows of a page alone."""
        prefetched: QuerySet = (
            super()
            .get_queryset(*args, **kwargs)
            .prefetch_related(
                *self.model_admin.list_prefetch  # type: ignore[attr-defined]
            )
        )
        return prefetched

    def get_results(self, request: HttpRequest) -> None:
        """Like Django's, but what no column can be compared with leads back to the list.

        Django converts most values when it builds the query, and some only when it runs it.
        """
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError, NotSupportedError) as error:
            raise IncorrectLookupParameters(error) from error

    @property
    def total(self) -> str:
        """The number of rows, as far as it is known without counting all of them."""
        if not self.paginator.more:
            return formats.number_format(self.paginator.count, force_grouping=True)
        if not self.filter_params.keys() - {ORDER_VAR}:
            estimate = estimated(self.model, self.queryset.db)
            if estimate > LIMIT:
                shown = formats.number_format(estimate, force_grouping=True)
                return _("about %(count)s") % {"count": shown}
        shown = formats.number_format(LIMIT, force_grouping=True)
        return _("more than %(count)s") % {"count": shown}

    @cached_property
    def totals(self) -> Totals | None:
        """What the amounts of all rows add up to, as far as they are counted."""
        rows = self.queryset.prefetch_related(None)
        return totals(rows, self.list_display, LIMIT, has_more=self.paginator.more)

    def older(self) -> str | None:
        """The address of the rows behind the last page of a list in its own order."""
        if not self.paginator.more or self.page_num != self.paginator.num_pages:
            return None
        column = str(self.model_admin.ordering[0]).removeprefix("-")  # type: ignore[index]
        edge = getattr(list(self.result_list)[-1], column)
        if ORDER_VAR in self.params or edge is None:
            return None
        bound = edge.isoformat() if isinstance(edge, datetime) else edge
        return self.get_query_string({f"{column}__lte": bound})


def estimated(model: Any, alias: str) -> int:
    """What PostgreSQL's statistics say about the size of a table; -1 elsewhere or before any."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return -1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [connection.ops.quote_name(model._meta.db_table)],
        )
        found: int = cursor.fetchone()[0]
        return found
