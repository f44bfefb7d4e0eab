"""Discounts on a whole subscription of which some are for certain products only.

Percentages come off each item that they are for. An amount comes off all items that it is for
together, at most what these cost before all discounts; later percentages on everything make it
smaller as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Case, F, QuerySet, Subquery, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.db.models.lookups import Exact

from ..arithmetic import NUMBER, ByMonth, Less, Shares, known
from .billed_rows import BilledRows
from .discounts import ALL, MOST, at_place, cuts, is_for_product

Ways = Sequence[QuerySet]
ByMonthOf = Callable[[Combinable], Combinable]


PRICE_OF_MONTH = ByMonth(F("amount"), F("times"), F("count"))


def reduced_by_product(
    items: QuerySet, rows: BilledRows, ways: Ways, by_month: ByMonthOf
) -> Combinable:
    """The month of an outer subscription after its discounts.

    ``items`` are its own, with the price of a ``month``; ``ways`` are its
    discounts and its customer's as the subscription has them.
    """
    of_items = _for_items(rows)
    kept, offs = [], []
    for place in range(MOST):
        keep, is_for = at_place(place, of_items, kept=ALL, is_for=0)
        kept.append(keep)
        cost = Case(When(Exact(is_for, 1), then=PRICE_OF_MONTH), output_field=NUMBER)
        [off] = at_place(place, ways, off=0)
        after = [_kept_of_everything(each, ways) for each in range(place + 1, MOST)]
        most = Least(by_month(off), known(_sum(items, cost), 0), output_field=NUMBER)
        offs.append(Shares(most, *after) if after else most)
    return Less(_sum(items, Shares(F("month"), *kept)), *offs)


def _for_items(rows: BilledRows) -> Ways:
    """The discounts of the subscription as an item of it has them."""
    currency = F("coupon__currency")  # of an amount, which does not matter here
    is_mine = is_for_product(rows.account)
    return [
        cuts(each, currency).annotate(
            kept=Case(When(is_mine, then=F("keep")), default=ALL, output_field=NUMBER),
            is_for=Case(When(is_mine, then=1), default=0, output_field=NUMBER),
        )
        for each in (rows.on_subscription(of_item=True), rows.on_customer(of_item=True))
    ]


def _kept_of_everything(place: int, ways: Ways) -> Combinable:
    """The millionths that remain of what every product costs."""
    on_all = Case(
        When(coupon__applies_to__isnull=True, then=F("keep")), default=ALL, output_field=NUMBER
    )
    [keep] = at_place(place, [way.annotate(kept=on_all) for way in ways], kept=ALL)
    return keep


def _sum(items: QuerySet, amount: Combinable) -> Combinable:
    by_subscription = items.annotate(amount_of_month=amount).values("subscription")
    total = by_subscription.annotate(total=Sum("amount_of_month")).values("total")
    return Subquery(total)
