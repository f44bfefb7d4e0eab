"""Versions of subscriptions, from the stored events: what their revenue depended on, and it.

Those are computed again whose subscriptions have new events, every hour those whose rows have
changed, and all when it is requested, as prices and coupons may have changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.utils import timezone

from stripe_django.models import Coupon, Discount, Event, Plan, Price, Statistics, Subscription

from ..lease import Turn
from . import known
from .computing import compute, stored

OBJECTS = {model.stripe.object_name for model in (Coupon, Discount, Plan, Price, Subscription)}
EVERY = timedelta(hours=1)
EVENTS = 5_000  # looked at together
SUBSCRIPTIONS = 1_000  # computed together: to build that query takes half a second
# Two transactions may commit in another order than that of their keys.
MARGIN = 1_000


def mark_all(names: Collection[str], using: str) -> None:
    """Mark all versions to be computed again, if any of these objects affects them."""
    if not OBJECTS.isdisjoint(names):
        Statistics.objects.using(using).update(versions_asked_at=timezone.now())


def steps(turn: Turn) -> Iterator[None]:
    """Compute the versions that are due, some in each step."""
    while (last := _last_of_new(turn)) is not None:
        rows = known.subscriptions(turn).filter(stripe_id__in=_changed(last, turn))
        yield from _compute(rows, turn)
        turn.state.last_version_event = last
        turn.save("last_version_event")
    if _is_due(turn):
        yield from _compute(_outdated(turn), turn)
        _without_subscription(turn).delete()
        turn.state.versions_at, turn.state.versions_since = turn.began_at, _since(turn)
        turn.save("versions_at", "versions_since")
        yield


def _last_of_new(turn: Turn) -> int | None:
    """The key of the last of the next events."""
    later = Event.objects.using(turn.using).filter(pk__gt=turn.state.last_version_event)
    some = later.order_by("pk").values_list("pk", flat=True)[:EVENTS]
    return max(some, default=None)


def _changed(last: int, turn: Turn) -> set[str]:
    """The subscriptions of which other events are stored than were computed from."""
    some = {"pk__gt": turn.state.last_version_event - MARGIN, "pk__lte": last}
    events = known.events(turn)
    ids = set(events.filter(**some).values_list("object_id", flat=True))
    now = events.filter(object_id__in=ids).order_by().values_list("object_id")
    former = stored(turn).filter(stripe_id__in=ids).order_by().values_list("stripe_id")
    computed = set(former.annotate(Max("events"), Max("last_event")))
    changed = (each[0] for each in now.annotate(Count("pk"), Max("pk")) if each not in computed)
    return {*changed, *_discounted(some, turn)}


def _discounted(some: dict[str, int], turn: Turn) -> set[str]:
    """The subscriptions on which, or on whose customers, there are other discounts."""
    events = turn.ours(Event.objects.filter(**some, object_name__in=Discount.stripe.names))
    ids = events.values_list("object_id", flat=True)
    found = Discount.objects.using(turn.using).filter(stripe_id__in=set(ids))
    holders = list(found.values_list("subscription", "customer"))
    subscriptions = {subscription for subscription, _ in holders if subscription}
    customers = {customer for subscription, customer in holders if not subscription and customer}
    of_customers = known.subscriptions(turn).filter(customer__in=customers)
    return subscriptions | set(of_customers.values_list("stripe_id", flat=True))


def _is_due(turn: Turn) -> bool:
    last, asked = turn.state.versions_at, turn.state.versions_asked_at
    return last is None or last <= turn.began_at - EVERY or bool(asked and asked >= last)


def _outdated(turn: Turn) -> QuerySet:
    """The subscriptions without versions, or with versions of another content."""
    fresh = stored(turn).filter(stripe_id=OuterRef("stripe_id"), digest=OuterRef("digest"))
    if turn.state.versions_asked_at:
        fresh = fresh.filter(computed_at__gte=turn.state.versions_asked_at)
    return known.subscriptions(turn).filter(~Exists(fresh))


def _without_subscription(turn: Turn) -> QuerySet:
    return stored(turn).filter(
        ~Exists(known.subscriptions(turn).filter(stripe_id=OuterRef("stripe_id")))
    )


def _compute(rows: QuerySet, turn: Turn) -> Iterator[None]:
    ordered, last = rows.order_by("pk"), 0
    while some := list(ordered.filter(pk__gt=last)[:SUBSCRIPTIONS]):
        compute(some, turn)
        last = some[-1].pk
        yield


def _since(turn: Turn) -> datetime | None:
    """Since when the stored events show how subscriptions changed; as it was once, it remains."""
    first = turn.ours(Event.objects.all()).aggregate(first=Min("created"))["first"]
    known_since = [each for each in (first, turn.state.versions_since) if each is not None]
    return min(known_since, default=None)
