"""The charts of the overview, from the statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format

from stripe_django.admin.rendering.svg_charts import Chart, Number, Series
from stripe_django.models import EventHour, RevenueMonth, VolumeDay
from stripe_django.money import format_money

HOURS, DAYS, MONTHS = 48, 30, 13
CURRENCIES = 4  # that get a chart: those of the most charges or subscriptions
OUTCOMES = ("applied", "ignored", "received", "failed", "dead")


def charts() -> list[Chart]:
    return [*events_by_hour(), *volumes_by_day(), *revenue_by_month()]


def events_by_hour() -> Iterator[Chart]:
    last = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    rows = {row.hour: row for row in EventHour.objects.filter(hour__gte=hours[0])}
    if not rows:
        return
    series = [
        _counts(name, name, [getattr(rows.get(hour), name, 0) for hour in hours])
        for name in OUTCOMES
    ]
    labels = [f"{hour:%d %b %H:00}" for hour in hours]
    about = "The events of each of the last 48 hours (UTC), by their present status."
    yield Chart("events", "Events per hour", about, labels, series)


def volumes_by_day() -> Iterator[Chart]:
    today = timezone.now().astimezone(UTC).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    labels = [f"{day:%d %b}" for day in days]
    rows = VolumeDay.objects.filter(day__gte=days[0], day__lte=today)
    for currency, by_day in _by_currency(rows, "day", "charges"):
        taken, given = (_values(by_day, days, name) for name in ("gross", "refunded"))
        series = [
            _money("gross volume", "gross", currency, taken),
            _money("refunds", "refunds", currency, given, below=True),
        ]
        title = f"Gross volume and refunds per day{_in(currency)}"
        about = "Captured charges and refunds of each of the last 30 days (UTC)."
        yield Chart(f"volume-{currency}", title, about, labels, series)


def revenue_by_month() -> Iterator[Chart]:
    today = timezone.now().astimezone(UTC).date()
    rows = list(RevenueMonth.objects.filter(month__gt=today - timedelta(days=31 * MONTHS)))
    months = sorted({row.month for row in rows})[-MONTHS:]
    labels = [f"{month:%b %Y}" for month in months]
    counts = [sum(row.subscriptions for row in rows if row.month == month) for month in months]
    if not any(counts):
        return
    series = [_counts("active subscriptions", "gross", counts)]
    about = "The subscriptions that were paid for at the end of each month, and now."
    yield Chart("subscriptions", "Active subscriptions per month", about, labels, series)
    for currency, by_month in _by_currency(rows, "month", "subscriptions"):
        if currency:
            series = [_money("MRR", "gross", currency, _values(by_month, months, "mrr"))]
            about = "Monthly recurring revenue at the end of each month, and now."
            title = f"MRR per month{_in(currency)}"
            yield Chart(f"mrr-{currency}", title, about, labels, series)


def _by_currency(rows: Iterable[Any], key: str, weight: str) -> list[tuple[str, dict[date, Any]]]:
    """The rows by day or month, for the most frequent currencies."""
    found: dict[str, dict[date, Any]] = defaultdict(dict)
    weights: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row.currency][getattr(row, key)] = row
        weights[row.currency] += getattr(row, weight)
    ordered = sorted(found, key=lambda currency: (-weights[currency], currency))
    return [(currency, found[currency]) for currency in ordered[:CURRENCIES]]


def _values(rows: dict[date, Any], days: Sequence[date], name: str) -> list[Number]:
    return [getattr(rows.get(day), name, 0) for day in days]


def _in(currency: str) -> str:
    return f", {currency.upper()}" if currency else ""


def _counts(name: str, kind: str, values: Sequence[int]) -> Series:
    texts = [number_format(value, force_grouping=True) for value in values]
    return Series(name, kind, values, texts)


def _money(
    name: str, kind: str, currency: str, values: Sequence[Number], *, below: bool = False
) -> Series:
    whole = [int(Decimal(value).to_integral_value(ROUND_HALF_EVEN)) for value in values]
    return Series(name, kind, whole, [format_money(value, currency) for value in whole], below)
