"""What subscriptions bring in by the month."""

from __future__ import annotations

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

from ..arithmetic import NUMBER, ByMonth, Parts, known
from .billed_rows import BilledRows, MirroredRows
from .discounts import Moment, cuts, is_for_product, reduced
from .restricted import reduced_by_product
from .terms import PLAN, PRICE, Terms

RESTRICTED = Q(coupon__applies_to__isnull=False)
PAID_FOR = ("active", "past_due", "canceled")


def running(subscriptions: QuerySet, at: Moment) -> QuerySet:
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


def priced(subscriptions: QuerySet, rows: BilledRows) -> QuerySet:
    """These subscriptions with their ``month``, null where that is nothing, and its currency."""
    found: QuerySet = subscriptions.alias(month=by_month(rows)).annotate(
        mrr_currency=currency(rows)
    )
    return found


def sums(subscriptions: QuerySet, rows: MirroredRows) -> tuple[QuerySet, QuerySet]:
    """By currency, the parts of a month of these without discounts: of plans, and of items."""
    plan, has_items = Terms(PLAN), Exists(rows.of_outer())
    of_plan = ByMonth(plan.amount(own_currency()), plan.times(), plan.count())
    month = Case(When(~has_items, then=of_plan), output_field=NUMBER)
    plans = subscriptions.annotate(mrr_currency=currency(rows), month=month)
    items = counted(rows, rows.items.filter(subscription__in=subscriptions.values("stripe_id")))
    price = ByMonth(F("amount"), F("times"), F("count"))
    mine = rows.items.filter(subscription=OuterRef("subscription"))
    items = items.annotate(mrr_currency=currency(rows, mine, "subscription__"), month=price)
    return _by_currency(plans), _by_currency(items)


def _by_currency(months: QuerySet) -> QuerySet:
    known_currency = months.filter(mrr_currency__isnull=False).order_by().values("mrr_currency")
    total = Sum("month", output_field=Parts())
    found: QuerySet = known_currency.annotate(total=total).values_list("mrr_currency", "total")
    return found


def currency(rows: BilledRows, items: QuerySet | None = None, to: str = "") -> Coalesce:
    """The currency of a subscription; those of old API versions name it on their plans alone.

    ``items`` are those of the subscription that an outer row leads ``to``.
    """
    of_items = rows.of_outer() if items is None else items
    of_items = of_items.filter(plan__currency__isnull=False)
    first = of_items.order_by("id").values("plan__currency")[:1]  # always the same one
    return Coalesce(f"{to}currency", f"{to}plan__currency", Subquery(first))


def by_month(rows: BilledRows) -> Combinable:
    """The money of a month: that of the items, or of the plan of old payloads, without items.

    Null where that is nothing.
    """
    plan, mine = Terms(PLAN), counted(rows, rows.of_outer())
    priced = mine.annotate(month=after_own_discounts(rows))
    total = priced.values("subscription").annotate(total=Sum("month")).values("total")
    has_items = Exists(rows.of_outer())
    of_plan = ByMonth(plan.amount(own_currency()), plan.times(), plan.count())
    # What is deep is in the ELSE: SQLite's parser has little room.
    kind = NUMBER if rows.may_be_discounted else Parts()
    amount = Case(When(~has_items, then=of_plan), default=Subquery(total), output_field=kind)
    if not rows.may_be_discounted:
        return amount
    # An invoice comes as often as the item that is billed most often.
    often = mine.order_by(ByMonth(1, F("times"), F("count")).desc(), "stripe_id")[:1]
    times = known(Subquery(often.values("times")), plan.times())
    count = known(Subquery(often.values("count")), plan.count())

    def monthly(off: Combinable) -> Combinable:
        return ByMonth(off, times, count)

    own, customers = rows.on_subscription(), rows.on_customer()
    ways = [cuts(each, own_currency(OuterRef)) for each in (own, customers)]
    is_restricted = Exists(own.filter(RESTRICTED)) | (
        ~Exists(own) & Exists(customers.filter(RESTRICTED))
    )
    by_product = reduced_by_product(priced, rows, ways, monthly)
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


def counted(rows: BilledRows, items: QuerySet) -> QuerySet:
    """Those of these items that are there, with what they cost each period if that is fixed."""
    terms = Terms(PRICE, PLAN)
    amount = terms.amount(own_currency(to="subscription__"))
    priced = items.annotate(amount=amount, times=terms.times(), count=terms.count())
    found: QuerySet = priced.filter(rows.is_there(), times__isnull=False)
    return found


def items_by_month(rows: BilledRows, items: QuerySet, *columns: str) -> QuerySet:
    """The subscription of each of these items, the parts of a month, and these columns.

    Before discounts on the subscription or the customer; in the order of the items' ids.
    """
    priced = counted(rows, items).annotate(month=after_own_discounts(rows))
    found: QuerySet = priced.order_by("subscription", "stripe_id")
    return found.values_list("subscription", "month", *columns)


def after_own_discounts(rows: BilledRows) -> Combinable:
    """The month's price of an item that is counted."""
    price = ByMonth(F("amount"), F("times"), F("count"))
    if not rows.may_be_discounted:
        return price
    own = rows.on_item().filter(is_for_product(rows.account))
    ways = [cuts(own, own_currency(OuterRef, "subscription__"))]
    cheaper = reduced(price, ways, lambda off: ByMonth(off, F("times"), F("count")))
    return Case(When(~Exists(own), then=price), default=cheaper, output_field=NUMBER)
