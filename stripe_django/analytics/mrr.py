"""How monthly recurring revenue moves, and how much of it remains of each cohort."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils import timezone

from stripe_django.models.querysets.arithmetic import SCALE

from .currencies import rates
from .periods import Periods, between, month_of, months, until_now
from .results import Cohort, Movement
from .spans import Span, by_customer, paid_at

Group = tuple[str, str]  # a currency and a key


@dataclass(slots=True)
class Sums:
    """The movements of one month: ten-thousandths, and customers."""

    opening: int = 0
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    closing: int = 0
    opening_customers: int = 0
    new_customers: int = 0
    reactivated_customers: int = 0
    churned_customers: int = 0
    closing_customers: int = 0

    def add(self, opening: int, closing: int, *, is_new: bool) -> None:
        """Add one customer."""
        self.opening += opening
        self.closing += closing
        self.opening_customers += opening > 0
        self.closing_customers += closing > 0
        difference = closing - opening
        if opening and closing:
            if difference > 0:
                self.expansion += difference
            else:
                self.contraction += difference
        elif opening:
            self.churn += difference
            self.churned_customers += 1
        elif closing and is_new:
            self.new += difference
            self.new_customers += 1
        elif closing:
            self.reactivation += difference
            self.reactivated_customers += 1


def movements(
    start: date,
    end: date,
    by: str | None,
    zone: tzinfo,
    currency: str | None,
    since: datetime | None,
    using: str | None,
) -> list[Movement]:
    periods = months(start, end, zone)
    if not periods.days:
        return []
    bounds = until_now(periods.bounds)
    sums: dict[Group, list[Sums]] = defaultdict(lambda: [Sums() for _ in periods.days])
    found = rates(currency, bounds[-1], using)
    for spans in by_customer(bounds[-1], by, found, using):
        for group, mine in _grouped(spans).items():
            _add(mine, bounds, sums[group])
    rows = [
        _movement(month, *group, each, is_exact=since is not None and since <= begin)
        for group, listed in sums.items()
        if any(each.opening or each.closing for each in listed)
        for month, begin, each in zip(periods.days, bounds, listed, strict=False)
    ]
    return sorted(rows, key=lambda row: (row.month, row.currency, row.key))


def cohorts(
    start: date,
    end: date,
    zone: tzinfo,
    currency: str | None,
    using: str | None,
) -> list[Cohort]:
    periods = months(start, end, zone)
    if not periods.days:
        return []
    bounds = until_now(periods.bounds)
    found = rates(currency, bounds[-1], using)
    sizes: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    later: dict[tuple[date, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for spans in by_customer(bounds[-1], None, found, using):
        for (name, _), mine in _grouped(spans).items():
            began = min(span.starts_at for span in mine)
            if began < bounds[0]:
                continue
            month = month_of(began, zone)
            _count(sizes[month, name], sum(each.parts for each in mine if each.starts_at == began))
            for place, parts in enumerate(_at(bounds[1:], mine)):
                _count(later[month, name, between(month, periods.days[place])], parts)
    return _cohorts(periods, sizes, later)


def subscribers(at: datetime | None, using: str | None) -> dict[str, int]:
    owner = Coalesce("customer_id", "stripe_id")
    running = paid_at(at or timezone.now(), using)
    by_currency = running.order_by().values_list("parts_currency")
    return dict(by_currency.annotate(customers=Count(owner, distinct=True)))


def _cohorts(
    periods: Periods,
    sizes: dict[tuple[date, str], list[int]],
    later: dict[tuple[date, str, int], list[int]],
) -> list[Cohort]:
    return [
        Cohort(
            month=month,
            currency=currency,
            age=age,
            customers=later[month, currency, age][0],
            mrr=_decimal(later[month, currency, age][1]),
            size=size,
            initial_mrr=_decimal(initial),
        )
        for (month, currency), (size, initial) in sorted(sizes.items())
        for age in range(between(month, periods.days[-1]) + 1)
    ]


def _count(pair: list[int], parts: int) -> None:
    if parts:
        pair[0] += 1
        pair[1] += parts


def _grouped(spans: Iterable[Span]) -> dict[Group, list[Span]]:
    grouped = defaultdict(list)
    for span in spans:
        grouped[span.currency, span.key].append(span)
    return grouped


def _at(bounds: Sequence[datetime], spans: Iterable[Span]) -> list[int]:
    """What these bring in just before each of these moments."""
    found = [0] * len(bounds)
    for span in spans:
        first = bisect_right(bounds, span.starts_at)
        last = len(bounds) if span.ends_at is None else bisect_right(bounds, span.ends_at)
        for place in range(first, last):
            found[place] += span.parts
    return found


def _add(spans: Sequence[Span], bounds: Sequence[datetime], sums: Sequence[Sums]) -> None:
    """Add what one customer brings in for one key to each month."""
    began = min(span.starts_at for span in spans)
    values = _at(bounds, spans)
    for place, each in enumerate(sums):
        if values[place] or values[place + 1]:
            each.add(values[place], values[place + 1], is_new=began >= bounds[place])


def _movement(month: date, currency: str, key: str, sums: Sums, *, is_exact: bool) -> Movement:
    return Movement(
        month=month,
        currency=currency,
        key=key,
        opening=_decimal(sums.opening),
        new=_decimal(sums.new),
        reactivation=_decimal(sums.reactivation),
        expansion=_decimal(sums.expansion),
        contraction=_decimal(sums.contraction),
        churn=_decimal(sums.churn),
        closing=_decimal(sums.closing),
        opening_customers=sums.opening_customers,
        new_customers=sums.new_customers,
        reactivated_customers=sums.reactivated_customers,
        churned_customers=sums.churned_customers,
        closing_customers=sums.closing_customers,
        is_exact=is_exact,
    )


def _decimal(parts: int) -> Decimal:
    return Decimal(parts) / SCALE
