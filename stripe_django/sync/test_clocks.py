"""Objects on test clocks: the time of their events is not Stripe's."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connections, router

from stripe_django.models import Charge, Customer, Invoice, PaymentIntent, Subscription

from .mapping.identity import Namespace

# By their key, the objects that lead to a customer, and where their rows have its test clock.
LEADING: dict[str, tuple[Any, str]] = {
    "customer": (Customer, "test_clock"),
    "subscription": (Subscription, "test_clock"),
    "invoice": (Invoice, "test_clock"),
    "charge": (Charge, "customer__test_clock"),
    "payment_intent": (PaymentIntent, "customer__test_clock"),
}


def is_on_clock(payload: Any, before: Any, namespace: Namespace) -> bool:
    """Whether the object of an event, or what it belongs to, is on a test clock.

    ``before`` are the event's previous attributes: what is detached names no customer any more. In
    live mode there are no test clocks. The others are looked up in the database, since a clock that
    shows a time near to now is as misleading as any other.
    """
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
        if isinstance(found, str) and (stripe_id := namespace.qualify(model, found)):
            return _has_clock(model, column, stripe_id)
    return False


def _has_clock(model: Any, column: str, stripe_id: str) -> bool:
    using = router.db_for_write(model)
    with connections[using].cursor() as cursor:
        cursor.execute(_statement(model, column, using), [stripe_id])
        return cursor.fetchone() is not None


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
