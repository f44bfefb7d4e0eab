"""What subscriptions bring in by the month."""

from __future__ import annotations

from datetime import datetime

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from .arithmetic import NUMBER, ByMonth, Parts, known
from .discounts import cuts, of_customer, on, reduced
from .terms import PLAN, PRICE, Terms

PAID_FOR = ("active", "past_due", "canceled")


def running(subscriptions: QuerySet, at: datetime) -> QuerySet:
    """Those that were paid for at that time, going by their own dates."""
    canceled = Case(When(status="canceled", then="canceled_at"), output_field=DateTimeField())
    dated = subscriptions.alias(
        began=Coalesce("start_date", "created", "start"), ended=Coalesce("ended_at", canceled)
    )
    found: QuerySet = dated.filter(
        Q(began=None) | Q(began__lte=at),
        Q(ended__gt=at) | Q(ended=None, status__in=("active", "past_due", "trialing")),
        Q(trial_end__lte=at) | Q(trial_end=None, status__in=PAID_FOR),
        status__in=(*PAID_FOR, "trialing"),
    )
    return found


def currency(items: QuerySet) -> Coalesce:
    """The currency of a subscription; those of old API versions name it on their plans alone."""
    of_items = items.filter(subscription=OuterRef("stripe_id"), plan__currency__isnull=False)
    first = of_items.order_by("id").values("plan__currency")[:1]  # always the same one
    return Coalesce("currency", "plan__currency", Subquery(first))


def by_month(items: QuerySet, discounts: QuerySet, at: datetime) -> Combinable:
    """The money of a month: that of the items, or of the plan where none of them counts."""
    plan, mine = Terms(PLAN), counted(items, at).filter(subscription=OuterRef("stripe_id"))
    total = mine.annotate(month=after_own_discounts(discounts, at)).values("subscription")
    amount = known(
        Subquery(total.annotate(total=Sum("month")).values("total")),
        ByMonth(plan.amount(), plan.times(), plan.count()),
    )
    # An invoice comes as often as the item that is billed most often.
    often = mine.order_by(ByMonth(1, F("times"), F("count")).desc(), "stripe_id")[:1]
    times = known(Subquery(often.values("times")), plan.times())
    count = known(Subquery(often.values("count")), plan.count())
    own, customers = on("subscription", discounts, at), of_customer(discounts, at)
    ways = [cuts(each, "currency") for each in (own, customers)]
    cheaper = reduced(amount, ways, lambda off: ByMonth(off, times, count))
    # Most have no discount, and the database need not look for three of them.
    found = Case(When(Exists(own) | Exists(customers), then=cheaper), default=amount)
    return Coalesce(found, 0, output_field=Parts())


def counted(items: QuerySet, at: datetime) -> QuerySet:
    """The items of that time that cost a fixed amount each period."""
    terms = Terms(PRICE, PLAN)
    is_there = Q(deleted_at=None) | Q(deleted_at__gt=at) | Q(as_of__gt=F("deleted_at"))
    was_there = Q(created=None) | Q(created__lte=at)
    priced = items.annotate(amount=terms.amount(), times=terms.times(), count=terms.count())
    found: QuerySet = priced.filter(
        is_there,
        was_there,
        terms.is_in("subscription__currency"),
        amount__isnull=False,
        times__isnull=False,
    )
    return found


def after_own_discounts(discounts: QuerySet, at: datetime) -> Case:
    """The month's price of an item that is counted."""
    price = ByMonth(F("amount"), F("times"), F("count"))
    own = on("subscription_item", discounts, at)
    ways = [cuts(own, "subscription__currency")]
    cheaper = reduced(price, ways, lambda off: ByMonth(off, F("times"), F("count")))
    return Case(When(Exists(own), then=cheaper), default=price, output_field=NUMBER)
