"""What stored versions bring in: by the definition of ``Subscription.objects.mrr()``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import F, QuerySet

from stripe_django.models import DiscountVersion, SubscriptionItemVersion, SubscriptionVersion
from stripe_django.models.querysets import recurring
from stripe_django.models.querysets.arithmetic import SCALE
from stripe_django.models.querysets.billed_rows import VersionedRows
from stripe_django.models.querysets.shares import shares

from ..jit import uncompiled

Months = dict[int, Decimal]


def price(versions: QuerySet, using: str) -> None:
    """Compute what these versions bring in, and each of their items."""
    items = SubscriptionItemVersion.objects.using(using)
    rows = VersionedRows(items.all(), DiscountVersion.objects.using(using))
    running = recurring.running(versions, F("starts_at"))
    priced = recurring.priced(running, rows).annotate(mrr=F("month"))
    with uncompiled(using):
        paid = {
            key: (_parts(month), currency)
            for key, month, currency in priced.values_list("pk", "mrr", "mrr_currency")
        }
    changed = [
        SubscriptionVersion(pk=key, mrr_parts=parts, parts_currency=currency)
        for key, (parts, currency) in paid.items()
    ]
    SubscriptionVersion.objects.using(using).bulk_update(
        changed, ["mrr_parts", "parts_currency"], batch_size=200
    )
    _divide({key: parts for key, (parts, _) in paid.items() if parts}, rows, items)


def _divide(paid: dict[int, int], rows: VersionedRows, items: QuerySet) -> None:
    """Divide what versions bring in among their items."""
    weights: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for version, key, month in recurring.items_by_month(rows, items.filter(subscription__in=paid)):
        weights[version].append((key, _parts(month)))
    changed = [
        SubscriptionItemVersion(pk=key, mrr_parts=share)
        for version, parts in paid.items()
        for (key, _), share in _shared(parts, weights[version])
    ]
    items.bulk_update(changed, ["mrr_parts"], batch_size=500)


def _shared(parts: int, weights: list[tuple[int, int]]) -> Collection[tuple[tuple[int, int], int]]:
    return list(zip(weights, shares(parts, [weight for _, weight in weights]), strict=True))


def _parts(month: Decimal | None) -> int:
    return int((month or 0) * SCALE)
