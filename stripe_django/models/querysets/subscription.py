from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self, Unpack

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from .access.rule import giving_access
from .access.wanted import ANY, AccessOptions, wanted
from .arithmetic import SCALE, Parts
from .base import StripeManager, StripeQuerySet, is_alive, related
from .narrowed import by_key, once
from .revenue import recurring
from .revenue.billed_rows import MirroredRows
from .revenue.shares import divided, weights_by_owner
from .uncompiled import ManySubqueries, uncompiled, uncompiled_unless_few

# What revenue is grouped by: of the plan of a subscription without items, and of an item.
KEYS = {
    "product": (F("plan__product_id"), F("product_id")),
    "price": (F("plan_id"), Coalesce("price_id", "plan_id")),
    "plan": (F("plan_id"), Coalesce("plan_id", "price_id")),
}


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
        priced = once(self)._priced(self._rows(at or timezone.now()))
        return priced.annotate(mrr=Coalesce("month", 0, output_field=Parts()))

    def mrr(self, at: datetime | None = None) -> dict[str, Decimal]:
        """Monthly recurring revenue by currency, in the smallest unit: ``{"eur": Decimal(…)}``.

        It is that of now, or of the time ``at``, and the sum of ``with_mrr()`` of each.
        """
        rows = self._rows(at or timezone.now()).looked_up()
        if not rows.may_be_discounted:
            return self._undiscounted(rows)
        priced = by_key(self)._priced(rows).filter(mrr_currency__isnull=False)
        total = Coalesce(Sum("month"), 0, output_field=Parts())
        totals = priced.values("mrr_currency").annotate(total=total)
        return dict(totals.values_list("mrr_currency", "total"))

    def _undiscounted(self, rows: MirroredRows) -> dict[str, Decimal]:
        """The sum of all items, joined, and of the plans where there are none."""
        running = recurring.running(by_key(self).alive(), rows.at)
        of_plans, of_items = recurring.sums(running, rows)
        totals: dict[str, Decimal] = defaultdict(Decimal)
        with uncompiled_unless_few(self.query, self.db):
            for currency, total in of_plans.union(of_items, all=True):
                totals[currency] += total or 0
        return dict(totals)

    def mrr_by(
        self, key: Literal["product", "price", "plan"], at: datetime | None = None
    ) -> dict[tuple[str, str], Decimal]:
        """The same by currency and product, price or plan: ``{("eur", "prod_…"): Decimal(…)}``.

        What a discount takes off a whole subscription is divided among its items in proportion to
        what each costs by the month, so these add up to ``mrr()``. The name is empty where the
        product is unknown.
        """
        rows = self._rows(at or timezone.now()).looked_up()
        of_plan, of_item = KEYS[key]
        priced = by_key(self)._priced(rows).filter(mrr_currency__isnull=False)
        months = priced.annotate(parts=F("month"), key=of_plan).filter(parts__gt=0)
        items = rows.items.filter(subscription__in=by_key(self).values("stripe_id"))
        found = recurring.items_by_month(rows, items.annotate(key=of_item), "key")
        totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        listed = months.values_list("stripe_id", "parts", "mrr_currency", "key")
        paid = {owner: (mrr, currency, plan) for owner, mrr, currency, plan in listed}
        with uncompiled(self.db):
            weights = weights_by_owner(found)
        for owner, (mrr, currency, plan) in paid.items():
            # Subscriptions of old API versions have a plan in place of items.
            for name, share in divided(int(mrr * SCALE), weights.get(owner) or [(plan, 1)]):
                totals[currency, name or ""] += Decimal(share) / SCALE
        return dict(totals)

    def _priced(self, rows: MirroredRows) -> Self:
        """Those that are paid for, with their ``month``, which is null where that is nothing."""
        paid_for: Any = recurring.priced(recurring.running(self.alive(), rows.at), rows)
        found: Self = paid_for
        found.query = found.query.chain(ManySubqueries)
        return found

    def _rows(self, at: datetime) -> MirroredRows:
        items, discounts = (
            related(self.model, name).using(self.db) for name in ("items", "applied_discounts")
        )
        return MirroredRows(items, discounts, at)


class SubscriptionManager(StripeManager.from_queryset(SubscriptionQuerySet)):  # type: ignore[misc]
    """``Subscription.objects``."""
