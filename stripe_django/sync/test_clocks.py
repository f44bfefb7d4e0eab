"""Objects on test clocks: the time of their events is not Stripe's."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db import connections, router

from stripe_django.models import Charge, Customer, Invoice, PaymentIntent, Subscription

from .mapping.identity import Namespace, is_id

# By their key, the objects that lead to a customer, and where their rows have its test clock.
LEADING: dict[str, tuple[Any, str]] = {
    "customer": (Customer, "test_clock"),
    "subscription": (Subscription, "test_clock"),
    "invoice": (Invoice, "test_clock"),
    "charge": (Charge, "customer__test_clock"),
    "payment_intent": (PaymentIntent, "customer__test_clock"),
}


class Lookup(NamedTuple):
    """A row that has a test clock, if it is there: its table, the column of the clock, its id."""

    model: Any
    column: str
    stripe_id: str

    @property
    def using(self) -> str:
        return router.db_for_write(self.model)

    @property
    def sql(self) -> str:
        """A query that finds it; the only parameter is the id."""
        return _statement(self.model, self.column, self.using)

    @property
    def tables(self) -> set[str]:
        """Those that the query may read."""
        return {self.model._meta.db_table, Customer._meta.db_table}

    def run(self) -> bool:
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.sql, [self.stripe_id])
            return cursor.fetchone() is not None


def is_on_clock(payload: Any, before: Any, namespace: Namespace) -> bool:
    """Whether the object of an event, or what it belongs to, is on a test clock.

    ``before`` are the event's previous attributes: what is detached names no customer any more. In
    live mode there are no test clocks. The others are looked up in the database, since a clock that
    shows a time near to now is as misleading as any other.
    """
    found = lookup(payload, before, namespace)
    return found.run() if isinstance(found, Lookup) else found


def lookup(payload: Any, before: Any, namespace: Namespace) -> bool | Lookup:
    """The same, or what has to be looked up for it."""
    if not isinstance(payload, dict) or payload.get("livemode") is True:
        return False
    if payload.get("test_clock"):
        return True
    known = before if isinstance(before, dict) else {}
    for key, (model, column) in LEADING.items():
        found = payload.get(key) or known.get(key)
        if isinstance(found, dict):
            if "test_clock" in found:
                return bool(found["test_clock"])
            found = found.get("id")
        if is_id(found) and (stripe_id := namespace.qualify(model, found)):
            return Lookup(model, column, stripe_id)
    return False


@cache
def _statement(model: Any, column: str, using: str) -> str:
    """SQL that finds a row with a clock by its id.

    Kept, since Django takes several times as long to compile it as the database to run it, and it
    is run for nearly every event.
    """
    rows = model.objects.using(using).filter(stripe_id="", **{f"{column}__isnull": False})
    sql, parameters = rows.values("pk")[:1].query.get_compiler(using).as_sql()
    assert list(parameters) == [""]
    return str(sql)
