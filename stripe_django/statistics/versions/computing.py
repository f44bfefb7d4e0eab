"""Computes the versions of some subscriptions, and stores them in place of the former ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models import (
    DiscountVersion,
    Retention,
    Subscription,
    SubscriptionItemVersion,
    SubscriptionVersion,
)
from stripe_django.privacy.configured import policy_in_force
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount

from ..lease import Turn
from . import known, pricing
from .applied import applied
from .states import OWN, Item
from .timeline import Known, Version, versions

OF_ITEM = [name for name in Item.__dataclass_fields__ if name != "discounts"]


def compute(rows: Collection[Subscription], turn: Turn) -> None:
    """Compute all versions of these subscriptions again, and what they bring in.

    Versions of the time whose events were pruned stay.
    """
    mirrored = home.known(turn.using) or HomeAccount(False, policy=policy_in_force())
    mine = stored(turn).filter(stripe_id__in=[each.stripe_id for each in rows])
    pruned, computed_at = _pruned_until(turn), timezone.now()
    kept = mine.filter(starts_at__lt=pruned) if pruned else mine.none()
    with transaction.atomic(using=turn.using):
        (mine.filter(starts_at__gte=pruned) if pruned else mine).delete()
        last_of = {each.stripe_id: each for each in kept.order_by("starts_at")}
        made: list[tuple[Known, Version]] = []
        for each in known.load(rows, turn):
            last = last_of.get(each.row.stripe_id)
            computed = list(versions(each, mirrored, pruned if last else None))
            made += ((each, version) for version in computed)
            if last is not None:
                _continue(last, computed, _origin(each, computed_at), turn)
        _store(made, computed_at, mine, turn)
        pricing.price(list(mine.values_list("pk", flat=True)), computed_at, turn.using)


def stored(turn: Turn) -> QuerySet:
    return SubscriptionVersion.objects.using(turn.using)


def _pruned_until(turn: Turn) -> datetime | None:
    row = Retention.objects.using(turn.using).filter(pk=Retention.SINGLETON).first()
    return row.events_since if row else None


def _continue(
    last: SubscriptionVersion, following: Sequence[Version], origin: dict[str, Any], turn: Turn
) -> None:
    """The versions up to ``last`` are as fresh as those that follow it."""
    stored(turn).filter(stripe_id=last.stripe_id).update(**origin)
    last.ends_at = following[0].starts_at if following else None
    last.save(using=turn.using, update_fields=["ends_at"])


def _origin(of: Known, computed_at: datetime) -> dict[str, Any]:
    return {
        "events": len(of.events),
        "last_event": max((each.pk for each in of.events), default=0),
        "digest": of.row.digest,
        "computed_at": computed_at,
    }


def _store(
    made: Collection[tuple[Known, Version]], computed_at: datetime, mine: QuerySet, turn: Turn
) -> None:
    rows = [_version(version, each, _origin(each, computed_at)) for each, version in made]
    stored(turn).bulk_create(rows, batch_size=500)
    # Not every database returns the keys of rows that it creates.
    keys = {
        (stripe_id, starts_at): key
        for key, stripe_id, starts_at in mine.values_list("pk", "stripe_id", "starts_at")
    }
    items: list[SubscriptionItemVersion] = []
    discounts: list[DiscountVersion] = []
    for each, version in made:
        key = keys[each.row.stripe_id, version.starts_at]
        items += (_item(item, key) for item in version.state.items)
        for discount in applied(version, each):
            discount.subscription_id = key
            discounts.append(discount)
    SubscriptionItemVersion.objects.using(turn.using).bulk_create(items, batch_size=500)
    DiscountVersion.objects.using(turn.using).bulk_create(discounts, batch_size=500)


def _version(version: Version, of: Known, origin: dict[str, Any]) -> SubscriptionVersion:
    return SubscriptionVersion(
        stripe_id=of.row.stripe_id,
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        **{name: getattr(version.state, name) for name in OWN},
        **origin,
    )


def _item(item: Item, version: int) -> SubscriptionItemVersion:
    values = {name: getattr(item, name) for name in OF_ITEM}
    return SubscriptionItemVersion(subscription_id=version, **values)
