from __future__ import annotations

from datetime import datetime
from typing import Self

from .base import StripeManager, StripeQuerySet


class SubscriptionQuerySet(StripeQuerySet):
    """Subscriptions."""

    def active(self) -> Self:
        """Those that run and are paid for; not the trials, and not what is past due."""
        return self.alive().filter(status="active")

    def trialing(self) -> Self:
        """Those on a free trial."""
        return self.alive().filter(status="trialing")

    def past_due(self) -> Self:
        """Those whose latest invoice was not paid in time, and that run on."""
        return self.alive().filter(status="past_due")

    def canceled_between(self, start: datetime, end: datetime) -> Self:
        """Those that were cancelled from ``start`` on and before ``end``.

        What counts is the decision (``canceled_at``); such a subscription may run on until the
        period is over. Raises ``ValueError`` if ``end`` comes before ``start``.
        """
        if end < start:
            raise ValueError(f"The end, {end}, comes before the start, {start}.")
        return self.alive().filter(canceled_at__gte=start, canceled_at__lt=end)


class SubscriptionManager(StripeManager.from_queryset(SubscriptionQuerySet)):  # type: ignore[misc]
    """``Subscription.objects``."""
