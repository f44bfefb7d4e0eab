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
from .discounts import cuts, of_customer, of_product, on, reduced
from .restricted import reduced_by_product
from .terms import PLAN, PRICE, Terms

RESTRICTED = Q(coupon__applies_to__isnull=False)
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
    """The money of a month: that of the items, or of the plan of old payloads, without items.

    Null where that is nothing.
    """
    plan, mine = Terms(PLAN), counted(items, at).filter(subscription=OuterRef("stripe_id"))
    priced = mine.annotate(month=after_own_discounts(discounts, at))
    total = priced.values("subscription").annotate(total=Sum("month")).values("total")
    has_items = Exists(items.filter(subscription=OuterRef("stripe_id")))
    of_plan = ByMonth(plan.amount(own_currency()), plan.times(), plan.count())
    # What is deep is in the ELSE: SQLite's parser has little room.
    amount = Case(When(~has_items, then=of_plan), default=Subquery(total), output_field=NUMBER)
    # An invoice comes as often as the item that is billed most often.
    often = mine.order_by(ByMonth(1, F("times"), F("count")).desc(), "stripe_id")[:1]
    times = known(Subquery(often.values("times")), plan.times())
    count = known(Subquery(often.values("count")), plan.count())

    def monthly(off: Combinable) -> Combinable:
        return ByMonth(off, times, count)

    own, customers = on("subscription", discounts, at), of_customer(discounts, at)
    ways = [cuts(each, own_currency(OuterRef)) for each in (own, customers)]
    is_restricted = Exists(own.filter(RESTRICTED)) | (
        ~Exists(own) & Exists(customers.filter(RESTRICTED))
    )
    by_product = reduced_by_product(priced, discounts, at, ways, monthly)
    # Most have no discount, and the database need not look for three of them.
    return Case(
        When(~Exists(own) & ~Exists(customers), then=amount),
        When(has_items & is_restricted, then=by_product),
        default=reduced(amount, ways, monthly),
        output_field=Parts(),
    )


def own_currency(refer: type[F] = F, to: str = "") -> Coalesce:
    """The currency that a subscription, or the one that a row leads ``to``, is billed in."""
    return Coalesce(refer(f"{to}currency"), refer(f"{to}plan__currency"))


def counted(items: QuerySet, at: datetime) -> QuerySet:
    """The items of that time, with what they cost each period if that is fixed."""
    terms = Terms(PRICE, PLAN)
    is_there = Q(deleted_at=None) | Q(deleted_at__gt=at) | Q(as_of__gt=F("deleted_at"))
    was_there = Q(created=None) | Q(created__lte=at)
    amount = terms.amount(own_currency(to="subscription__"))
    priced = items.annotate(amount=amount, times=terms.times(), count=terms.count())
    found: QuerySet = priced.filter(is_there, was_there, times__isnull=False)
    return found


def after_own_discounts(discounts: QuerySet, at: datetime) -> Case:
    """The month's price of an item that is counted."""
    price = ByMonth(F("amount"), F("times"), F("count"))
    own = of_product(on("subscription_item", discounts, at))
    ways = [cuts(own, own_currency(OuterRef, "subscription__"))]
    cheaper = reduced(price, ways, lambda off: ByMonth(off, F("times"), F("count")))
    return Case(When(~Exists(own), then=price), default=cheaper, output_field=NUMBER)
