from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Self, Unpack

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from . import recurring
from .access.rule import giving_access
from .access.wanted import ANY, AccessOptions, wanted
from .arithmetic import Parts
from .base import StripeManager, StripeQuerySet, is_alive, related
from .billed_rows import MirroredRows
from .narrowed import by_key, once


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

    def giving_access(self, product: Any = ANY, **options: Unpack[AccessOptions]) -> Self:
        """Those that give access now: :doc:`/howto/access` has the rule and the options.

        ``product`` is one, its id, or a list or queryset of these: access to any of them. Without
        it, and without ``price``, access to anything.
        """
        given: Any = giving_access(self, wanted(product, **options))
        found: Self = given.filter(is_alive("customer__"))
        return found

    def canceled_between(self, start: datetime, end: datetime) -> Self:
        """Those that were cancelled from ``start`` on and before ``end``.

        What counts is the decision (``canceled_at``); such a subscription may run on until the
        period is over. What was never paid at first (``incomplete_expired``) never began, so it
        was not cancelled. Raises ``ValueError`` if ``end`` comes before ``start``.
        """
        if end < start:
            raise ValueError(f"The end, {end}, comes before the start, {start}.")
        found = self.alive().filter(canceled_at__gte=start, canceled_at__lt=end)
        return found.exclude(status="incomplete_expired")

    def with_mrr(self, at: datetime | None = None) -> Self:
        """Those that are paid for now, or were ``at`` that time, each with two more columns.

        ``mrr`` is the money of a month in the smallest unit of the currency, as a ``Decimal``
        with up to four places, and ``mrr_currency`` that currency. :doc:`/reference/mrr` has the
        definition.
        """
        priced = once(self)._priced(at)
        return priced.annotate(mrr=Coalesce("month", 0, output_field=Parts()))

    def mrr(self, at: datetime | None = None) -> dict[str, Decimal]:
        """Monthly recurring revenue by currency, in the smallest unit: ``{"eur": Decimal(…)}``.

        It is that of now, or of the time ``at``, and the sum of ``with_mrr()`` of each.
        """
        priced = by_key(self)._priced(at).filter(mrr_currency__isnull=False)
        total = Coalesce(Sum("month"), 0, output_field=Parts())
        totals = priced.values("mrr_currency").annotate(total=total)
        return dict(totals.values_list("mrr_currency", "total"))

    def _priced(self, at: datetime | None) -> Self:
        """Those that are paid for, with their ``month``, which is null where that is nothing."""
        at = at or timezone.now()
        items, discounts = (related(self.model, name) for name in ("items", "applied_discounts"))
        paid_for: Self = recurring.priced(
            recurring.running(self.alive(), at), MirroredRows(items, discounts, at)
        )
        return paid_for


class SubscriptionManager(StripeManager.from_queryset(SubscriptionQuerySet)):  # type: ignore[misc]
    """``Subscription.objects``."""
