from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db.models import Sum
from django.utils import timezone

from . import recurring
from .arithmetic import Parts
from .base import StripeManager, StripeQuerySet, related


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

    def with_mrr(self, at: datetime | None = None) -> Self:
        """Those that are paid for now, or were ``at`` that time, each with two more columns.

        ``mrr`` is the money of a month in the smallest unit of the currency, as a ``Decimal``
        with up to four places, and ``mrr_currency`` that currency. :doc:`/reference/mrr` has the
        definition.
        """
        at = at or timezone.now()
        items, discounts = (related(self.model, name) for name in ("items", "applied_discounts"))
        paid_for: Self = recurring.running(self.alive(), at).annotate(
            mrr=recurring.by_month(items, discounts, at), mrr_currency=recurring.currency(items)
        )
        return paid_for

    def mrr(self, at: datetime | None = None) -> dict[str, Decimal]:
        """Monthly recurring revenue by currency, in the smallest unit: ``{"eur": Decimal(…)}``.

        It is that of now, or of the time ``at``, and the sum of ``with_mrr()`` of each.
        """
        priced = self.with_mrr(at).filter(mrr_currency__isnull=False).order_by()
        totals = priced.values("mrr_currency").annotate(total=Sum("mrr", output_field=Parts()))
        return dict(totals.values_list("mrr_currency", "total"))


class SubscriptionManager(StripeManager.from_queryset(SubscriptionQuerySet)):  # type: ignore[misc]
    """``Subscription.objects``."""
