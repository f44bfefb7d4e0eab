"""Objects on test clocks: the time of their events is not Stripe's."""

from __future__ import annotations

from typing import Any

from django.db import router

from stripe_django.models import Customer


def is_on_clock(payload: Any) -> bool:
    """Whether an object in an event, or its customer, is on a test clock.

    In live mode there are none. The customer is looked up in the database, since a clock that
    shows a time near to now is as misleading as any other.
    """
    if not isinstance(payload, dict) or payload.get("livemode") is True:
        return False
    if payload.get("test_clock"):
        return True
    customer = payload.get("customer")
    if isinstance(customer, dict):
        return bool(customer.get("test_clock"))
    if not isinstance(customer, str):
        return False
    customers = Customer.objects.using(router.db_for_write(Customer))
    found: bool = customers.filter(stripe_id=customer, test_clock__isnull=False).exists()
    return found
