"""Net revenue, by the balance transactions of your account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Case, DateField, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce

from .currencies import Rates, rates
from .entries import entries, sums
from .mirror import text_under
from .periods import days
from .products import by_product
from .results import Money, NetRevenue

CHARGES = ("charges", "refunds__charge", "disputes__charge")  # the charge of an entry
COUNTRIES = (
    ("customer__address", "country"),
    ("billing_details", "address", "country"),
    ("payment_method_details", "card", "country"),
)

Day = tuple[date, datetime]  # and when it begins
Key = tuple[date, str, str]  # a period, a currency and a key
Figures = Sequence[int]  # charges, gross, refunds, disputes and fees


def _of_charge(*paths: tuple[str, ...]) -> Any:
    """The first text that a charge has under these paths, each of a column and keys."""
    values = (
        text_under(f"{charge}__{column}", *keys) for charge in CHARGES for column, *keys in paths
    )
    return Coalesce(*values, Value("", TextField()))


KEYS = {
    None: Value(""),
    "country": _of_charge(*COUNTRIES),
    "payment_method": _of_charge(("payment_method_details", "type")),
}


def report(
    start: date,
    end: date,
    every: str,
    by: str | None,
    zone: tzinfo,
    currency: str | None,
    using: str | None,
) -> list[NetRevenue]:
    covered = days(start, end, zone)
    if not covered.days:
        return []
    totals: dict[Key, list[int]] = defaultdict(lambda: [0] * 5)
    listed = list(zip([*covered.days, end], covered.bounds, strict=True))
    # A month at a time, through the index on ``created``.
    for month, mine in groupby(pairwise(listed), key=lambda pair: pair[0][0].replace(day=1)):
        for (period, name, kind), figures in _rows(month, list(mine), every, by, using):
            key = (_day(period), name, kind)
            totals[key] = [a + b for a, b in zip(totals[key], figures, strict=True)]
    return _converted(totals, rates(currency, covered.bounds[-1], using))


def _day(period: date | str) -> date:
    """MariaDB and MySQL return a day that stands in the query as text."""
    return date.fromisoformat(period) if isinstance(period, str) else period


def _rows(
    month: date, spans: Sequence[tuple[Day, Day]], every: str, by: str | None, using: str | None
) -> Iterator[tuple[Key, Figures]]:
    """The figures of one month, or of each of its days."""
    found = _with_period(entries(spans[0][0][1], spans[-1][1][1], using), month, spans, every)
    if by == "product":
        yield from by_product(found, using)
        return
    keyed = found.annotate(key=KEYS[by])
    for period, currency, key, *figures in sums(keyed, "period", "currency", "key"):
        yield (period, currency, key), figures


def _with_period(
    found: QuerySet, month: date, spans: Sequence[tuple[Day, Day]], every: str
) -> QuerySet:
    """The entries with the ``period`` that they belong to.

    Databases without the tables of time zones cannot know it.
    """
    whens = (When(created__lt=stop, then=Value(day)) for (day, _), (_, stop) in spans)
    is_whole = every == "month"
    period = Value(month, DateField()) if is_whole else Case(*whens, output_field=DateField())
    dated: QuerySet = found.annotate(period=period)
    return dated


def _converted(totals: dict[Key, list[int]], found: Rates) -> list[NetRevenue]:
    merged: dict[Key, list[Money]] = defaultdict(lambda: [0] * 5)
    for (period, currency, key), (charges, *amounts) in totals.items():
        converted = [found.convert(currency, amount) for amount in amounts]
        into = merged[period, converted[0][0], key]
        figures = [charges, *(amount for _, amount in converted)]
        into[:] = [a + b for a, b in zip(into, figures, strict=True)]
    return [
        NetRevenue(
            period=period,
            currency=currency,
            key=key,
            charges=int(charges),
            gross=gross,
            refunds=refunds,
            disputes=disputes,
            fees=fees,
            net=gross + refunds + disputes + fees,
        )
        for (period, currency, key), (charges, gross, refunds, disputes, fees) in sorted(
            merged.items()
        )
    ]
