"""What each customer brings in by the month, and from when until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from stripe_django.models import SubscriptionVersion

from .currencies import Rates
from .mirror import text_under
from .periods import MOMENT

# Subscriptions of old API versions have a plan in place of items.
OF_ITEM = Coalesce("items__mrr_parts", "mrr_parts")
KEYS: dict[str, Any] = {
    "product": Coalesce("items__product_id", "plan__product_id"),
    "price": Coalesce("items__price_id", "items__plan_id", "plan_id"),
    "plan": Coalesce("items__plan_id", "items__price_id", "plan_id"),
    "country": text_under("customer__address", "country"),
}
CHUNK = 5_000


class Span(NamedTuple):
    """So many ten-thousandths of the smallest unit each month, in a currency, for a key."""

    currency: str
    key: str
    starts_at: datetime
    ends_at: datetime | None
    parts: int


def paid(until: datetime, using: str | None) -> QuerySet:
    """The versions that bring in something and begin before a moment."""
    versions = SubscriptionVersion.objects.using(using)
    return versions.filter(
        Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
        mrr_parts__gt=0,
        parts_currency__isnull=False,
        starts_at__lt=until,
    )


def paid_at(moment: datetime, using: str | None) -> QuerySet:
    """Those of them that are in force at a moment."""
    return paid(moment + MOMENT, using).filter(Q(ends_at=None) | Q(ends_at__gt=moment))


def by_customer(
    until: datetime, by: str | None, rates: Rates, using: str | None
) -> Iterator[list[Span]]:
    """The spans of each customer; a subscription without one counts as a customer."""
    key = KEYS[by] if by else Value("")
    is_of_items = by in ("product", "price", "plan")
    rows = (
        paid(until, using)
        .annotate(
            owner=Coalesce("customer_id", "stripe_id"),
            key=key,
            parts=OF_ITEM if is_of_items else F("mrr_parts"),
        )
        .filter(parts__gt=0)
        .order_by("owner")
        .values_list("owner", "parts_currency", "key", "starts_at", "ends_at", "parts")
    )
    for _, mine in groupby(rows.iterator(CHUNK), key=lambda row: row[0]):
        yield [_span(rates, *row[1:]) for row in mine]


def _span(
    rates: Rates,
    currency: str,
    key: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    parts: int,
) -> Span:
    name, parts = rates.convert_parts(currency, parts)
    return Span(name, key or "", starts_at, ends_at, parts)
