"""What stored versions bring in: by the definition of ``Subscription.objects.mrr()``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache

from django.db.models import F
from django.db.models.functions import Coalesce

from stripe_django.models import DiscountVersion, SubscriptionItemVersion, SubscriptionVersion
from stripe_django.models.querysets.arithmetic import NUMBER
from stripe_django.models.querysets.revenue import recurring
from stripe_django.models.querysets.revenue.billed_rows import VersionedRows
from stripe_django.models.querysets.revenue.shares import divided, weights_by_owner

from ..compiled import ANY_FIRST, ANY_LAST, ANY_MOMENT, Compiled


def price(keys: Collection[int], computed_at: datetime, using: str) -> None:
    """Compute what versions bring in, and each of their items.

    These are the keys of all versions that were computed at that time.
    """
    if not keys:
        return
    versions, items = _queries(using)
    given = {ANY_MOMENT: computed_at, ANY_FIRST: min(keys), ANY_LAST: max(keys)}
    paid = versions.rows(given)
    changed = [
        SubscriptionVersion(pk=key, mrr_parts=parts, parts_currency=currency)
        for key, parts, currency in paid
    ]
    SubscriptionVersion.objects.using(using).bulk_update(
        changed, ["mrr_parts", "parts_currency"], batch_size=500
    )
    parts_of = {key: int(parts) for key, parts, _ in paid if parts}
    weights = weights_by_owner(row for row in items.rows(given) if row[0] in parts_of)
    shares = [
        SubscriptionItemVersion(pk=key, mrr_parts=share)
        for version, mine in weights.items()
        for key, share in divided(parts_of[version], mine)
    ]
    SubscriptionItemVersion.objects.using(using).bulk_update(shares, ["mrr_parts"], batch_size=500)


@cache
def _queries(using: str) -> tuple[Compiled, Compiled]:
    """The versions with what they bring in, and their items with what these do by themselves."""
    items = SubscriptionItemVersion.objects.using(using)
    rows = VersionedRows(items.all(), DiscountVersion.objects.using(using))
    versions = SubscriptionVersion.objects.using(using).filter(**_chosen())
    priced = recurring.priced(recurring.running(versions, F("starts_at")), rows)
    parts = priced.annotate(parts=Coalesce("month", 0, output_field=NUMBER))
    monthly = recurring.items_by_month(rows, items.filter(**_chosen("subscription__")), "pk")
    return (
        Compiled(parts.values_list("pk", "parts", "mrr_currency"), using),
        Compiled(monthly, using),
    )


def _chosen(to: str = "") -> dict[str, int | datetime]:
    return {
        f"{to}computed_at": ANY_MOMENT,
        f"{to}pk__gte": ANY_FIRST,
        f"{to}pk__lte": ANY_LAST,
    }
