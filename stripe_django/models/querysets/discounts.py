"""What the discounts on a subscription, on its items or on its customer take off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from .arithmetic import Formula, Reduced, Whole, WholeProduct, known

MOST = 3  # discounts on one thing that are taken into account, in the order of their start
ALL = 1_000_000  # millionths
LASTING = ("forever", "repeating")  # a coupon that cuts one invoice makes no month cheaper


class Lists(Formula):
    """Whether a list in JSON has a string that needs no escapes, at any depth."""

    arity = 2
    output_field = BooleanField()
    sql = "(STRPOS(CAST({} AS TEXT), '\"' || {} || '\"') > 0)"
    sql_of = {
        "mysql": "(INSTR(CAST({} AS BINARY), CAST(CONCAT('\"', {}, '\"') AS BINARY)) > 0)",
        "sqlite": "(INSTR({}, '\"' || {} || '\"') > 0)",
    }


def lasting(discounts: QuerySet, at: datetime) -> QuerySet:
    """Those of these discounts that are in force at that time, and last."""
    has_begun = Q(start=None) | Q(start__lte=at)
    has_not_ended = Q(end=None) | Q(end__gt=at)
    is_there = Q(deleted_at=None) | Q(deleted_at__gt=at) | Q(as_of__gt=F("deleted_at"))
    found = discounts.filter(has_begun, has_not_ended, is_there, coupon__duration__in=LASTING)
    ordered: QuerySet = found.order_by(F("start").asc(nulls_first=True), "stripe_id")
    return ordered


def on(holder: str, discounts: QuerySet, at: datetime) -> QuerySet:
    """The lasting discounts on the outer row, which they name as their ``holder``.

    It must name them as well, or they were taken away; unless they have come to their end.
    """
    is_named: Any = Lists(F(f"{holder}__discounts"), F("stripe_id"))
    if holder == "subscription":
        is_named = Q(subscription__discount=F("stripe_id")) | is_named
    is_over = Q(end__lte=timezone.now()) | Q(deleted_at__gt=at)
    mine = lasting(discounts, at).filter(**{holder: OuterRef("stripe_id")})
    return mine.filter(is_over | is_named)


def of_customer(discounts: QuerySet, at: datetime) -> QuerySet:
    """The lasting discount on all that the customer of the outer row is billed."""
    return lasting(discounts, at).filter(stripe_id=OuterRef("customer__discount"))


def cuts(discounts: QuerySet, currency: str) -> QuerySet:
    """With ``keep``, the millionths of a price that remain, and ``off``, what comes off after that.

    ``currency`` names a column of the outer row; amounts in other currencies are left out.
    """
    own = Coalesce(OuterRef(currency), F("coupon__currency"))
    amount = Case(When(coupon__currency=own, then=Whole(F("coupon__amount_off"))))
    percent = WholeProduct(F("coupon__percent_off"), Value(ALL // 100))
    found: QuerySet = discounts.annotate(keep=ALL - known(percent, 0), off=known(amount, 0))
    return found


def reduced(
    price: Combinable,
    ways: Sequence[QuerySet],
    by_month: Callable[[Combinable], Combinable],
) -> Combinable:
    """The price of a month after the discounts of the first of these ways that has any."""
    for place in range(MOST):
        steps = [way[place : place + 1] for way in ways]
        keep = known(*(Subquery(step.values("keep")) for step in steps), ALL)
        off = known(*(Subquery(step.values("off")) for step in steps), 0)
        price = Reduced(price, keep, by_month(off))
    return price
