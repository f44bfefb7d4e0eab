"""The tiles of the overview: one number each, and the list of what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timesince, timeuntil

from stripe_django.admin.account_filter import OWN, AccountFilter
from stripe_django.money import format_money
from stripe_django.statistics.business import A_DAY
from stripe_django.statistics.segments import SEGMENTS, Segment

from .figures import Figures, Row
from .filters import NAME

AMOUNTS = 3  # currencies of a tile


@dataclass(frozen=True, slots=True)
class Note:
    """A line below the number; ``tone`` is the CSS class of its colour."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """``count`` is how many rows the list at ``url`` has."""

    key: str
    title: str
    url: str
    count: str
    noun: str
    amounts: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tone: str = ""


ListOf = Callable[[Any], str | None]
Describe = Callable[[Figures, date], tuple[list[str], list[Note]]]


def tiles(figures: Figures, today: date, list_of: ListOf) -> Iterator[Tile]:
    """Those about models with a list, which is one that the user may view."""
    by_name = {each.name: each for each in SEGMENTS}
    for name, title, nouns, describe, tone in TILES:
        segment, rows = by_name[name], figures.segment(name)
        if (url := list_of(segment.model)) is None:
            continue
        count = sum(row["count"] for row in rows)
        amounts, notes = describe(figures, today) if describe else _of_segment(segment, rows)
        yield Tile(
            key=name,
            title=title,
            url=f"{url}?{urlencode({NAME: name, AccountFilter.parameter_name: OWN})}",
            count=number_format(count, force_grouping=True),
            noun=nouns[count != 1],
            amounts=amounts,
            notes=notes,
            tone=tone if count else "",
        )


def _of_segment(segment: Segment, rows: list[Row]) -> tuple[list[str], list[Note]]:
    deadlines = [row["deadline"] for row in rows if row["deadline"]]
    return _amounts(rows), [_deadline(min(deadlines))] if deadlines else []


def _deadline(text: str) -> Note:
    moment = datetime.fromisoformat(text)
    if moment < timezone.now():
        return Note(f"the first was due {timesince(moment, depth=1)} ago", "bad")
    return Note(f"the first is due in {timeuntil(moment, depth=1)}")


def _amounts(rows: list[Row]) -> list[str]:
    shown = [format_money(row["amount"], row["currency"]) for row in rows[:AMOUNTS]]
    return [*shown, f"and {len(rows) - AMOUNTS} more"] if len(rows) > AMOUNTS else shown


def _mrr(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    amounts, notes = [], []
    for currency, by_month in figures.movements.items():
        if month := by_month.get(today.replace(day=1)):
            net = Decimal(month["closing"]) - Decimal(month["opening"])
            amounts.append(money(month["closing"], currency))
            if net:
                notes.append(_change(f"{signed(net, currency)} this month", net))
    return amounts, notes


def _net_revenue(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    this, last = today.replace(day=1), _month_before(today)
    amounts, notes = [], []
    for currency, by_day in figures.revenue("day").items():
        now = _sum(by_day, this, today)
        before = _sum(by_day, last, min(last + (today - this), this - A_DAY))
        if now or before:
            amounts.append(money(now, currency))
            text = f"{money(before, currency)} a month ago{_percent(now, before)}"
            notes.append(_change(text, now - before))
    return amounts, notes


def _sum(by_day: dict[date, Row], first: date, last: date) -> Decimal:
    return sum(
        (Decimal(row["net"]) for day, row in by_day.items() if first <= day <= last), Decimal()
    )


def _percent(now: Decimal, before: Decimal) -> str:
    return f"\xa0({(now - before) / before * 100:+.0f}\xa0%)" if before > 0 else ""


def _month_before(today: date) -> date:
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)


def _subscribers(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    months = [by_month.get(today.replace(day=1)) for by_month in figures.movements.values()]
    came, left = (
        sum(month[name] for month in months if month for name in names)
        for names in (("new_customers", "reactivated_customers"), ("churned_customers",))
    )
    return [], [Note(f"{came:,} came and {left:,} left this month")] if came or left else []


def money(amount: Any, currency: str) -> str:
    return format_money(int(Decimal(amount).to_integral_value(ROUND_HALF_EVEN)), currency)


def signed(amount: Decimal, currency: str) -> str:
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)


def _change(text: str, by: Decimal) -> Note:
    return Note(text, "good" if by > 0 else "bad" if by < 0 else "")


INVOICES = ("invoice", "invoices")

TILES: tuple[tuple[str, str, tuple[str, str], Describe | None, str], ...] = (
    ("recurring", "Monthly recurring revenue", ("subscription", "subscriptions"), _mrr, ""),
    ("month", "Net revenue this month", ("entry", "entries"), _net_revenue, ""),
    ("subscribers", "Active subscribers", ("customer", "customers"), _subscribers, ""),
    ("open", "Open invoices", INVOICES, None, ""),
    ("overdue", "Overdue invoices", INVOICES, None, "bad"),
    ("failed", "Failed payments to recover", INVOICES, None, "bad"),
    ("due", "Disputes to respond to", ("dispute", "disputes"), None, "bad"),
)
