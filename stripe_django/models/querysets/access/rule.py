"""Which subscriptions give access, and to what: the only place with this rule.

:doc:`/howto/access` has it as a table. A subscription is considered first by its own status and
dates (``gives_access``), then by its items (``items``) or, in payloads of 2016, by its plan.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime
from operator import or_

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from ..base import is_alive, related
from ..invoice import IS_OPEN, IS_OWED
from .wanted import Wanted

RUNNING = ("trialing", "active")


def giving_access(subscriptions: QuerySet, asked: Wanted) -> QuerySet:
    """Those that give the access: quick for the subscriptions of a few customers."""
    found = _in_force(subscriptions, asked)
    if not _is_narrowed(asked):
        return found
    items = related(subscriptions.model, "items").filter(subscription=OuterRef("stripe_id"))
    mine = items.filter(_is_item("", asked), functools.reduce(or_, _of_products("", asked)))
    return found.filter(Exists(mine) | _of_plan(items, asked))


def customers_with_access(subscriptions: QuerySet, asked: Wanted) -> QuerySet:
    """The ids of the customers of those that give the access: quick for a few products.

    The same as the customers of ``giving_access``, as a union of queries of which each begins at
    an index of the items.
    """
    found = _in_force(subscriptions, asked).filter(customer__isnull=False).order_by()
    if not _is_narrowed(asked):
        return found.values("customer")
    items = related(subscriptions.model, "items").filter(subscription=OuterRef("stripe_id"))
    is_item = _is_item("items__", asked)
    ways = [is_item & way for way in _of_products("items__", asked)]
    ways.append(_of_plan(items, asked))
    first, *others = (found.filter(way).values("customer") for way in ways)
    return first.union(*others, all=True)


def _in_force(subscriptions: QuerySet, asked: Wanted) -> QuerySet:
    """Those whose own status and dates give access."""
    runs = Q(status__in=RUNNING)
    if asked.grace:
        since = unpaid_since(related(subscriptions.model, "invoices"))
        subscriptions = subscriptions.alias(unpaid_since=since)
        runs |= Q(status="past_due", unpaid_since__gt=asked.at - asked.grace)
    found = subscriptions.filter(is_alive(), runs, _is_not_over(asked.at))
    return found if asked.collection_paused else found.filter(pause_collection__isnull=True)


def _is_not_over(at: datetime) -> Q:
    """Whether the time has not come at which a subscription ends, as far as that is known."""
    is_kept = Q(cancel_at_period_end=None) | Q(cancel_at_period_end=False)
    runs_out_later = Q(current_period_end=None) | Q(current_period_end__gt=at)
    return (Q(ended_at=None) | Q(ended_at__gt=at)) & (
        Q(cancel_at__gt=at) | Q(cancel_at=None) & (is_kept | runs_out_later)
    )


def unpaid_since(invoices: QuerySet) -> Combinable:
    """When the oldest unpaid invoice of an outer subscription was due.

    An invoice that Stripe charges by itself is due when it is made. Without any in the mirror,
    what is unpaid is the current period.
    """
    mine = invoices.filter(is_alive(), IS_OPEN, IS_OWED, subscription=OuterRef("stripe_id"))
    due = Min(Coalesce("due_date", "created"))
    oldest = mine.order_by().values("subscription").annotate(due=due).values("due")
    return Coalesce(Subquery(oldest), "current_period_start")


def _is_narrowed(asked: Wanted) -> bool:
    return asked.products is not None or asked.prices is not None


def has_units(of: str = "") -> Q:
    """Whether an item has units; metered ones have no quantity, and give access too."""
    return Q(**{f"{of}quantity": None}) | Q(**{f"{of}quantity__gt": 0})


def _is_item(of: str, asked: Wanted) -> Q:
    """Whether an item, that ``of`` leads to, is in force, with a price that is asked for."""
    is_item = is_alive(of) & has_units(of)
    if asked.prices is not None:
        is_item &= Q(**{f"{of}price__in": asked.prices}) | Q(**{f"{of}plan__in": asked.prices})
    return is_item


def _of_products(of: str, asked: Wanted) -> Iterator[Q]:
    """The ways in which an item can be of the products that are asked for.

    Payloads of before 2018 do not name the product, which the row of the plan may know.
    """
    if asked.products is None:
        yield Q()
        return
    yield Q(**{f"{of}product__in": asked.products})
    for price in ("price", "plan"):
        known = {f"{of}product": None, f"{of}{price}__product__in": asked.products}
        yield Q(**known)


def _of_plan(items: QuerySet, asked: Wanted) -> Q:
    """Whether a subscription without items, as in payloads of 2016, has a plan asked for."""
    is_plan = has_units()
    if asked.prices is not None:
        is_plan &= Q(plan__in=asked.prices)
    if asked.products is not None:
        is_plan &= Q(plan__product__in=asked.products)
    return is_plan & ~Q(Exists(items))
