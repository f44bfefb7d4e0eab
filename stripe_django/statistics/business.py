"""The business figures of the overview: each analysis as a whole, one in each step.

They read whole tables, so a page cannot wait for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Count, F, Min, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from stripe_django import analytics
from stripe_django.analytics.periods import A_DAY
from stripe_django.models import (
    BalanceTransaction,
    BusinessFigures,
    Coupon,
    Discount,
    Event,
    Plan,
    Price,
    Subscription,
    SubscriptionItem,
)
from stripe_django.models.querysets.uncompiled import uncompiled

from .lease import Turn
from .segments import SEGMENTS, Segment

NO_CURRENCY = Value("")
MONTHS = 12  # with the current one
DAYS = 7 * 13
AN_HOUR = timedelta(hours=1)
REST = timedelta(seconds=20)  # for each second that it took: every sync may ask for it


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is computed, how often, and again after a sync of which objects."""

    name: str
    every: timedelta
    objects: frozenset[str]
    find: Callable[[Turn], Any]


def mark_all(names: Collection[str], using: str) -> None:
    """Mark the analyses to be done again that any of these objects affects."""
    affected = [each.name for each in ANALYSES if not each.objects.isdisjoint(names)]
    figures = BusinessFigures.objects.using(using).filter(name__in=affected)
    figures.update(asked_at=timezone.now())


def steps(turn: Turn) -> Iterator[None]:
    """Do the analyses that are due, one in each step."""
    figures = BusinessFigures.objects.using(turn.using)
    done = {each.name: each for each in figures.defer("found")}
    for analysis in ANALYSES:
        if _is_due(done.get(analysis.name), analysis, turn):
            values = {"taken_at": turn.began_at, **_timed(analysis, turn)}
            figures.update_or_create(name=analysis.name, defaults=values)
            yield


def _is_due(last: BusinessFigures | None, analysis: Analysis, turn: Turn) -> bool:
    if last is None or last.taken_at <= turn.began_at - analysis.every:
        return True
    is_asked = last.asked_at is not None and last.asked_at >= last.taken_at
    return is_asked and last.taken_at <= turn.began_at - REST * last.seconds


def _timed(analysis: Analysis, turn: Turn) -> dict[str, Any]:
    began = time.monotonic()
    found = analysis.find(turn)
    return {"found": found, "seconds": int(time.monotonic() - began)}


def segments(turn: Turn) -> dict[str, list[dict[str, Any]]]:
    """The number and the amounts of each segment by currency."""
    with uncompiled(turn.using):
        return {each.name: [*_counted(each, turn)] for each in SEGMENTS}


def _counted(segment: Segment, turn: Turn) -> Iterator[dict[str, Any]]:
    ours = turn.ours(segment.model._default_manager.all())
    rows = segment.rows(ours, turn.began_at).order_by()
    columns: dict[str, Any] = {"count": Count("pk")}
    if segment.amount is not None:
        columns["amount"] = Sum(segment.amount)
    if segment.deadline:
        columns["deadline"] = Min(segment.deadline)
    currency = Coalesce(F("currency"), NO_CURRENCY) if segment.amount is not None else NO_CURRENCY
    for each in rows.annotate(_currency=currency).values("_currency").annotate(**columns):
        yield {
            "currency": each["_currency"],
            "count": each["count"],
            "amount": int(each.get("amount") or 0),  # MariaDB's sums are decimals
            "deadline": each.get("deadline"),
        }


def movements(turn: Turn) -> dict[str, Any]:
    """The movements of MRR in each month, and from when on they are exact."""
    rows = analytics.mrr_movements(*_months(turn), using=turn.using)
    return {"since": analytics.exact_since(using=turn.using), "rows": _plain(rows)}


def cohorts(turn: Turn) -> list[dict[str, Any]]:
    return _plain(analytics.cohorts(*_months(turn), using=turn.using))


def revenue_by_day(turn: Turn) -> list[dict[str, Any]]:
    end = _today(turn) + A_DAY
    start = end - timedelta(days=DAYS)
    return _plain(analytics.net_revenue(start, end, every="day", using=turn.using))


def revenue_by_month(turn: Turn) -> list[dict[str, Any]]:
    return _plain(analytics.net_revenue(*_months(turn), using=turn.using))


def months_until(today: date, number: int) -> list[date]:
    """The first days of so many months, the last of which is the current one."""
    last = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(last - number + 1, last + 1)]


def _months(turn: Turn) -> tuple[date, date]:
    """From the first of the months until tomorrow."""
    today = _today(turn)
    return months_until(today, MONTHS)[0], today + A_DAY


def _today(turn: Turn) -> date:
    return turn.began_at.astimezone(UTC).date()


def _plain(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(each) for each in rows]


def _objects_of(*models: Any) -> frozenset[str]:
    return frozenset(model.stripe.object_name for model in models)


RECURRING = _objects_of(Coupon, Discount, Event, Plan, Price, Subscription, SubscriptionItem)
BALANCE = _objects_of(BalanceTransaction)

ANALYSES = (
    Analysis(
        "segments",
        timedelta(minutes=5),
        _objects_of(*(each.model for each in SEGMENTS)),
        segments,
    ),
    Analysis("movements", AN_HOUR, RECURRING, movements),
    Analysis("revenue_by_day", AN_HOUR, BALANCE, revenue_by_day),
    Analysis("revenue_by_month", AN_HOUR, BALANCE, revenue_by_month),
    Analysis("cohorts", A_DAY, RECURRING, cohorts),
)
