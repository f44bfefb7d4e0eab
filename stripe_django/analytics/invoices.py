"""What is owed, and what came in after a failed payment."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from stripe_django.models import Invoice
from stripe_django.models.querysets.invoice import IS_OPEN, IS_OWED, OWED

from .currencies import Rates, rates
from .mirror import own
from .periods import months
from .results import AgingBucket, Money, Recovery

BUCKETS = {"current": 0, "1-30": 30, "31-60": 60, "61-90": 90}  # days since then, at most
OLDEST = "90+"
ORDER = (*BUCKETS, OLDEST)
# What Stripe charges by itself is due at once.
DUE = Coalesce("due_date", "effective_at", "created")
# Stripe tried to collect these, and the first time it failed.
HAS_FAILED = Q(attempt_count__gt=1) | Q(attempted=True, attempt_count=1) & ~Q(status="paid")
STATES = {
    "recovered": Q(status="paid"),
    "open": Q(status="open"),
    "lost": Q(status__in=("void", "uncollectible")),
}


def aging(at: datetime | None, currency: str | None, using: str | None) -> list[AgingBucket]:
    at = at or timezone.now()
    whens = (
        When(due__gte=at - timedelta(days=most), then=Value(name)) for name, most in BUCKETS.items()
    )
    found = (
        own(Invoice, using)
        .filter(IS_OPEN, IS_OWED)
        .alias(due=DUE)
        .annotate(bucket=Case(*whens, default=Value(OLDEST)))
        .order_by()
        .values_list("currency", "bucket")
        .annotate(number=Count("pk"), owed=Sum(OWED))
    )
    into = rates(currency, at, using)
    totals: dict[tuple[str, int], list[Money]] = defaultdict(lambda: [0, 0])
    for name, bucket, number, owed in found:
        name, amount = into.convert(name or "", owed)
        total = totals[name, ORDER.index(bucket)]
        total[:] = total[0] + number, total[1] + amount
    return [
        AgingBucket(currency=name, bucket=ORDER[place], invoices=int(number), amount=amount)
        for (name, place), (number, amount) in sorted(totals.items())
    ]


def recovery(
    start: date, end: date, zone: tzinfo, currency: str | None, using: str | None
) -> list[Recovery]:
    periods = months(start, end, zone)
    if not periods.days:
        return []
    into, rows = rates(currency, periods.bounds[-1], using), []
    for month, (begin, stop) in zip(periods.days, pairwise(periods.bounds), strict=True):
        made = own(Invoice, using).filter(HAS_FAILED, created__gte=begin, created__lt=stop)
        rows += _recovered(month, made, into)
    return rows


def _recovered(month: date, made: QuerySet, into: Rates) -> list[Recovery]:
    totals: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    grouped = made.order_by().values("currency").annotate(**_figures())
    for row in grouped:
        name = row.pop("currency") or ""
        for figure, value in row.items():
            is_amount = figure.endswith("_amount")
            currency, converted = into.convert(name, value or 0)
            totals[currency][figure] += converted if is_amount else value
    return [Recovery(month=month, currency=name, **totals[name]) for name in sorted(totals)]


def _figures() -> dict[str, Count | Sum]:
    figures: dict[str, Count | Sum] = {}
    for name, condition in {"failed": Q(), **STATES}.items():
        figures[name] = Count("pk", filter=condition)
        figures[f"{name}_amount"] = Sum("amount_due", filter=condition)
    return figures
