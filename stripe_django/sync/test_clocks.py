"""Objects on test clocks: the time of their events is not Stripe's."""

from __future__ import annotations

from typing import Any

from django.db import router

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
            rows = model.objects.using(router.db_for_write(model)).filter(stripe_id=stripe_id)
            return bool(rows.filter(**{f"{column}__isnull": False}).exists())
    return False
