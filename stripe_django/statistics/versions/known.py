"""What is stored about some subscriptions, by a few queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from stripe_django.models import Customer, Discount, Event, Subscription, SubscriptionItem
from stripe_django.models.querysets.event import RANK

from ..lease import Turn
from .timeline import Known

EVENTS = 500  # read at a time


def subscriptions(turn: Turn) -> QuerySet:
    """The subscriptions that have versions."""
    found: QuerySet = turn.ours(Subscription.objects.alive())
    return found


def events(turn: Turn) -> QuerySet:
    """The events that show a subscription."""
    found: QuerySet = turn.ours(Event.objects.all())
    return found.filter(object_name__in=Subscription.stripe.names, created__isnull=False)


def load(rows: Collection[Subscription], turn: Turn) -> Iterator[Known]:
    """Each of these subscriptions with its events, of which only one has them in memory."""
    ids = [each.stripe_id for each in rows]
    items = SubscriptionItem.objects.using(turn.using).filter(subscription__in=ids)
    items_of = _grouped(items, "subscription_id")
    named = dict(
        Customer.objects.using(turn.using)
        .filter(stripe_id__in={each.customer_id for each in rows} - {None})
        .values_list("stripe_id", "discount_id")
    )
    discounts = _discounts(rows, items, named, turn)
    for row, shown in _with_events(rows, turn):
        mine = items_of[row.stripe_id]
        holders = (row.stripe_id, *(each.stripe_id for each in mine), row.customer_id)
        yield Known(
            row=row,
            items=mine,
            events=shown,
            discounts=[each for holder in holders for each in discounts[holder]],
            customer_discount=named.get(row.customer_id),
        )


def _with_events(
    rows: Collection[Subscription], turn: Turn
) -> Iterator[tuple[Subscription, list[Event]]]:
    left = {each.stripe_id: each for each in rows}
    shown = events(turn).filter(object_id__in=left).only("object_id", "created", "data")
    ordered = shown.order_by("object_id", "created", RANK, "pk").iterator(EVENTS)
    for stripe_id, mine in groupby(ordered, key=lambda event: event.object_id):
        yield left.pop(stripe_id), list(mine)
    yield from ((row, []) for row in left.values())


def _discounts(
    rows: Collection[Subscription],
    items: Iterable[SubscriptionItem],
    named: dict[str, str | None],
    turn: Turn,
) -> dict[Any, list[Discount]]:
    """The discounts by what they are on: a subscription, an item or a customer."""
    of_customer = Q(subscription=None, subscription_item=None, customer__in=named)
    found = Discount.objects.using(turn.using).filter(
        Q(subscription__in=[each.stripe_id for each in rows])
        | Q(subscription_item__in=[each.stripe_id for each in items])
        | (of_customer & Q(invoice=None))
        | Q(stripe_id__in=set(named.values()) - {None})
    )
    customer_of = {discount: customer for customer, discount in named.items() if discount}
    grouped = defaultdict(list)
    for each in found:
        holder = each.subscription_item_id or each.subscription_id
        grouped[holder or customer_of.get(each.stripe_id, each.customer_id)].append(each)
    return grouped


def _grouped(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[getattr(row, name)].append(row)
    return grouped
