"""The discounts of one version of a subscription, in the order in which they come off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from stripe_django.models import Discount, DiscountVersion

from .timeline import ALWAYS, Known, Version


def applied(version: Version, known: Known) -> Iterator[DiscountVersion]:
    """Those that the version names, and before them those that were over before the first event.

    Nothing names these any more, as in the rows of the mirror.
    """
    state, until = version.state, known.events[0].created if known.events else None
    own = [each for each in known.discounts if each.subscription_id == known.row.stripe_id]
    yield from _made(_ordered(state.discounts, own, until))
    for item in state.items:
        mine = [each for each in known.discounts if each.subscription_item_id == item.stripe_id]
        yield from _made(_ordered(item.discounts, mine, until), subscription_item=item.stripe_id)
    yield from _made(_of_customer(version.starts_at, known), is_of_customer=True)


def end_of(discount: Discount) -> datetime | None:
    """When it ends, or was removed."""
    lives = discount.deleted_at is None or (
        discount.as_of is not None and discount.as_of > discount.deleted_at
    )
    ends = [discount.end, None if lives else discount.deleted_at]
    return min((each for each in ends if each is not None), default=None)


def _ordered(
    names: Sequence[str], discounts: Sequence[Discount], until: datetime | None
) -> list[Discount]:
    by_id = {each.stripe_id: each for each in discounts}
    unnamed = [each for each in discounts if each.stripe_id not in names]
    over = [each for each in unnamed if (end := end_of(each)) and (until is None or end <= until)]
    over.sort(key=lambda each: (each.start is not None, each.start or ALWAYS, each.stripe_id))
    return [*over, *(by_id[name] for name in names if name in by_id)]


def _of_customer(at: datetime, known: Known) -> list[Discount]:
    """The discount of the customer at a time: the present one, or one that is over by now."""
    found = [
        each
        for each in known.discounts
        if not (each.subscription_id or each.subscription_item_id)
        and (each.start is None or each.start <= at)
        and (each.stripe_id == known.customer_discount or (end_of(each) or ALWAYS) > at)
    ]
    return sorted(found, key=lambda each: (each.start or ALWAYS, each.stripe_id))[-1:]


def _made(discounts: Iterable[Discount], **where: str | bool) -> Iterator[DiscountVersion]:
    for place, each in enumerate(discounts):
        yield DiscountVersion(
            stripe_id=each.stripe_id,
            coupon_id=each.coupon_id,
            place=place,
            start=each.start,
            end=end_of(each),
            **where,
        )
