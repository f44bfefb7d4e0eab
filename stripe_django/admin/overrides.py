"""The admin classes of models with more than the usual page."""

from __future__ import annotations

from typing import Any

from stripe_django.models import Customer, Event, Payout, V2CoreEvent

from .actions import ReplayAdmin
from .read_only import StripeAdmin
from .timeline import TimelineAdmin
from .verifications import PayoutAdmin


class CustomerAdmin(TimelineAdmin, StripeAdmin):
    """Customers."""


class EventAdmin(ReplayAdmin, StripeAdmin):
    """Events of either API version."""


OWN: dict[Any, type[StripeAdmin]] = {
    Customer: CustomerAdmin,
    Event: EventAdmin,
    Payout: PayoutAdmin,
    V2CoreEvent: EventAdmin,
}
