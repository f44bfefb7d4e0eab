"""Objects on test clocks: what dates their events is not Stripe's time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import router

from stripe_django.models import Customer

NEAR = timedelta(minutes=1)  # a clock that is no further from now does no harm


def is_on_clock(payload: Any, *, created: datetime, sent_at: datetime) -> bool:
    """Whether an object in an event, or its customer, is on a test clock.

    The customer is looked up only if the event is of another time than its delivery (both UTC).
    """
    if not isinstance(payload, dict) or payload.get("livemode") is True:
        return False
    if payload.get("test_clock"):
        return True
    customer = payload.get("customer")
    if isinstance(customer, dict):
        return bool(customer.get("test_clock"))
    if not isinstance(customer, str) or abs(created - sent_at) <= NEAR:
        return False
    customers = Customer.objects.using(router.db_for_write(Customer))
    return customers.filter(stripe_id=customer, test_clock__isnull=False).exists()
