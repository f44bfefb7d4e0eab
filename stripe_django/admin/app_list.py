"""The models in the admin's lists by the product of Stripe that they belong to.

Areas and models without rows are left out, but for the app's own page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.contrib.admin import AdminSite
from django.db import connections, router
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from stripe_django import registry
from stripe_django.models import Charge
from stripe_django.models.areas import Area
from stripe_django.models.base import StripeModel
from stripe_django.schemas import tables_of

LABEL = "stripe_django"
FILLED = "_stripe_django_filled"  # of a request: the mirrored models that have rows
LISTED = "_stripe_django_listed"  # of a request: the mirrored models that lists may have

AppList = list[dict[str, Any]]


class Filled:
    """The tables that have rows; a table that had some is not queried again."""

    def __init__(self) -> None:
        self.models: dict[str, set[type[StripeModel]]] = defaultdict(set)

    def look(self) -> set[type[StripeModel]]:
        using = router.db_for_read(Charge)
        known = self.models[tables_of(using)]
        empty = [model for model in registry.models() if model not in known]
        if empty:
            connection = connections[using]
            with connection.cursor() as cursor:
                cursor.execute(*question(connection, [model._meta.db_table for model in empty]))
                tables = {table for (table,) in cursor.fetchall()}
            known.update(model for model in empty if model._meta.db_table in tables)
        return known


filled = Filled()  # of this process; all sites of a tenant have the same rows


def filled_for(request: HttpRequest) -> set[type[StripeModel]]:
    """The models that have rows; one query for each request."""
    if not hasattr(request, FILLED):
        setattr(request, FILLED, filled.look())
    found: set[type[StripeModel]] = getattr(request, FILLED)
    return found


def question(connection: Any, tables: list[str]) -> tuple[str, list[Any]]:
    """A query for those of the tables that have rows, with its parameters."""
    if connection.vendor == "postgresql":
        # Their size: to plan a query of 150 tables takes longer than all the rest of a page. Of a
        # partitioned table, only the partitions have one.
        return (
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid)"
            " AND (relkind = 'p' OR pg_relation_size(oid) > 0)",
            [tables],
        )
    quote = connection.ops.quote_name
    each = (f"SELECT %s WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in tables)
    return " UNION ALL ".join(each), tables


def group(site: AdminSite) -> None:
    """Make a site list Stripe's models by area."""
    listed: Callable[..., AppList] = site.get_app_list

    def get_app_list(request: HttpRequest, app_label: str | None = None) -> AppList:
        # Lazy: users who may view nothing of the app cause no query.
        rows = SimpleLazyObject(lambda: filled_for(request))
        with nullcontext() if app_label else only_listed(request, rows):
            return [
                each
                for app in listed(request, app_label)
                for each in (areas(app, request) if app["app_label"] == LABEL else [app])
            ]

    site.get_app_list = get_app_list  # type: ignore[method-assign]


@contextmanager
def only_listed(request: HttpRequest, models: Collection[type[StripeModel]]) -> Iterator[None]:
    """Limit lists of models to these mirrored ones: each takes Django some time."""
    setattr(request, LISTED, models)
    try:
        yield
    finally:
        delattr(request, LISTED)


def is_listed(model: type[StripeModel], request: HttpRequest) -> bool:
    return model in getattr(request, LISTED, (model,))


def is_of(area: Area, model: type[Any]) -> bool:
    return issubclass(model, StripeModel) and model.stripe.area is area


def areas(app: dict[str, Any], request: HttpRequest) -> Iterator[dict[str, Any]]:
    """The app's entry with the package's own tables, and one entry for each area."""
    own = [entry for entry in app["models"] if not issubclass(entry["model"], StripeModel)]
    yield app | {"models": own}
    for area in Area:
        here = [
            entry
            for entry in app["models"]
            if is_of(area, entry["model"]) and is_listed(entry["model"], request)
        ]
        if here:
            yield app | {"models": here, "name": f"{app['name']}: {area.label}"}
