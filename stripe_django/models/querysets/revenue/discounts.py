"""What the discounts on a subscription, on its items or on its customer take off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..arithmetic import Reduced, Whole, WholeProduct, known
from ..json import IsFor, Lists, Member, Place, WholeUnder

MOST = 3  # discounts on one thing that are taken into account, in Stripe's order
ALL = 1_000_000  # millionths
Moment = datetime | Combinable
IN_TIME = (F("start").asc(nulls_first=True), "stripe_id")
LASTING = ("forever", "repeating")  # a coupon that cuts one invoice makes no month cheaper


def lasting(discounts: QuerySet, at: Moment) -> QuerySet:
    """Those of these discounts that are in force at that time, and last."""
    has_begun = Q(start=None) | Q(start__lte=at)
    has_not_ended = Q(end=None) | Q(end__gt=at)
    found = discounts.filter(has_begun, has_not_ended, coupon__duration__in=LASTING)
    ordered: QuerySet = found.order_by(*IN_TIME)
    return ordered


def is_there(at: datetime) -> Q:
    """Whether a row of the mirror was not deleted at that time."""
    return Q(deleted_at=None) | Q(deleted_at__gt=at) | Q(as_of__gt=F("deleted_at"))


def on(holder: str, discounts: QuerySet, at: datetime, outer: str = "stripe_id") -> QuerySet:
    """The lasting discounts on the outer row, which they name as their ``holder``.

    ``outer`` leads from the outer row to that holder, if it is another row.

    It must name them as well, or they were taken away; unless they have come to their end. They
    come off in the order in which it names them, those that are over first.
    """
    is_named: Any = Lists(F(f"{holder}__discounts"), F("stripe_id"))
    if holder == "subscription":
        is_named = Q(subscription__discount=F("stripe_id")) | is_named
    is_over = Q(end__lte=timezone.now()) | Q(deleted_at__gt=at)
    mine = lasting(discounts, at).filter(is_there(at), **{holder: OuterRef(outer)})
    place = Place(F(f"{holder}__discounts"), F("stripe_id"))
    return mine.filter(is_over | is_named).order_by(place, *IN_TIME)


def of_customer(discounts: QuerySet, at: datetime, outer: str = "customer__discount") -> QuerySet:
    """The lasting discount on all that the customer of the outer row is billed."""
    return lasting(discounts, at).filter(is_there(at), stripe_id=OuterRef(outer))


def is_for_product(account: Combinable) -> Q:
    """Whether a discount's coupon is for the product of the outer row, by its bare id."""
    return Q(IsFor(F("coupon__applies_to"), OuterRef("product"), account))


def cuts(discounts: QuerySet, currency: Combinable) -> QuerySet:
    """With ``keep``, the millionths of a price that remain, and ``off``, what comes off after that.

    ``currency`` is that of the outer row; amounts in other currencies are left out.
    """
    own = Coalesce(currency, F("coupon__currency"))
    option = Member(F("coupon__currency_options"), own)
    amount = Case(
        When(coupon__currency=own, then=Whole(F("coupon__amount_off"))),
        default=WholeUnder(option, "amount_off"),
    )
    percent = WholeProduct(F("coupon__percent_off"), Value(ALL // 100))
    found: QuerySet = discounts.annotate(keep=ALL - known(percent, 0), off=known(amount, 0))
    return found


def reduced(
    price: Combinable,
    ways: Sequence[QuerySet],
    by_month: Callable[[Combinable], Combinable],
) -> Combinable:
    """The price of a month after the discounts of the first of these ways that has any."""
    found: list[Combinable] = []
    for place in range(MOST):
        keep, off = at_place(place, ways, keep=ALL, off=0)
        found += [keep, by_month(off)]
    return Reduced(price, *found)


def at_place(place: int, ways: Sequence[QuerySet], **columns: int) -> list[Combinable]:
    """These columns of the discount at a place of the first of these ways that has any.

    Each column comes with its value for no discount.
    """
    steps = [way[place : place + 1] for way in ways]
    return [
        known(*(Subquery(step.values(name)) for step in steps), default)
        for name, default in columns.items()
    ]
