"""The tiles of the overview: one number each, and the list of what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, npgettext_lazy

from stripe_django.admin.account_filter import OWN, AccountFilter
from stripe_django.analytics.periods import A_DAY
from stripe_django.models import Subscription
from stripe_django.money import format_money
from stripe_django.statistics.business import months_until
from stripe_django.statistics.segments import SEGMENTS, Segment

from .business_figures import Figures, Row
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
    amounts: list[str]
    notes: list[Note]
    tone: str


ListOf = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a tile shows of a segment: its amounts and deadline, unless ``describe`` returns more.

    Models that are ``behind`` have to be visible, too.
    """

    segment: str
    title: str
    noun: Any
    describe: Callable[[Figures, date], tuple[list[str], list[Note]]] | None = None
    behind: tuple[type, ...] = ()
    tone: str = ""


def tiles(figures: Figures, today: date, list_of: ListOf) -> Iterator[Tile]:
    """Those about models with a list, which is one that the user may view."""
    by_name = {each.name: each for each in SEGMENTS}
    for kind in TILES:
        segment, rows = by_name[kind.segment], figures.segment(kind.segment)
        url = list_of(segment.model)
        if url is None or any(list_of(model) is None for model in kind.behind):
            continue
        count = sum(row["count"] for row in rows)
        describe = kind.describe
        amounts, notes = describe(figures, today) if describe else _of_segment(segment, rows)
        yield Tile(
            key=segment.name,
            title=_(kind.title),
            url=f"{url}?{urlencode({NAME: segment.name, AccountFilter.parameter_name: OWN})}",
            count=counted(count),
            noun=kind.noun % count,
            amounts=amounts,
            notes=notes,
            tone=kind.tone if count else "",
        )


def _of_segment(segment: Segment, rows: list[Row]) -> tuple[list[str], list[Note]]:
    deadlines = [row["deadline"] for row in rows if row["deadline"]]
    return _amounts(rows), [_deadline(min(deadlines))] if deadlines else []


def _deadline(text: str) -> Note:
    moment = datetime.fromisoformat(text)
    if moment < timezone.now():
        return Note(
            _("the first was due %(time)s ago") % {"time": timesince(moment, depth=1)}, "bad"
        )
    return Note(_("the first is due in %(time)s") % {"time": timeuntil(moment, depth=1)})


def _amounts(rows: list[Row]) -> list[str]:
    shown = [format_money(row["amount"], row["currency"]) for row in rows[:AMOUNTS]]
    if len(rows) > AMOUNTS:
        shown.append(_("and %(count)s more") % {"count": len(rows) - AMOUNTS})
    return shown


def _mrr(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    amounts, notes = [], []
    for currency, by_month in figures.movements.items():
        newest = max(by_month)  # which is not the current month until that has been counted
        month = by_month[newest]
        net = Decimal(month["closing"]) - Decimal(month["opening"])
        amounts.append(money(month["closing"], currency))
        if net and newest == today.replace(day=1):
            notes.append(
                _change(_("%(amount)s this month") % {"amount": signed(net, currency)}, net)
            )
    return amounts, notes


def _net_revenue(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    last, this = months_until(today, 2)
    amounts, notes = [], []
    for currency, by_day in figures.revenue("day").items():
        now = _sum(by_day, this, today)
        before = _sum(by_day, last, min(last + (today - this), this - A_DAY))
        if now or before:
            amounts.append(money(now, currency))
            text = _("%(amount)s a month ago") % {"amount": money(before, currency)}
            notes.append(_change(text + _percent(now, before), now - before))
    return amounts, notes


def _sum(by_day: dict[date, Row], first: date, last: date) -> Decimal:
    return sum(
        (Decimal(row["net"]) for day, row in by_day.items() if first <= day <= last), Decimal()
    )


def _percent(now: Decimal, before: Decimal) -> str:
    return f"\xa0({(now - before) / before * 100:+.0f}\xa0%)" if before > 0 else ""


def _subscribers(figures: Figures, today: date) -> tuple[list[str], list[Note]]:
    months = [by_month.get(today.replace(day=1)) for by_month in figures.movements.values()]
    came, left = (
        sum(month[name] for month in months if month for name in names)
        for names in (("new_customers", "reactivated_customers"), ("churned_customers",))
    )
    if not came and not left:
        return [], []
    text = _("%(came)s came and %(left)s left this month")
    return [], [Note(text % {"came": counted(came), "left": counted(left)})]


def counted(value: float) -> str:
    return number_format(value, force_grouping=True, decimal_pos=0)


def money(amount: Any, currency: str) -> str:
    return format_money(int(Decimal(amount).to_integral_value(ROUND_HALF_EVEN)), currency)


def signed(amount: Decimal, currency: str) -> str:
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)


def _change(text: str, by: Decimal) -> Note:
    return Note(text, "good" if by > 0 else "bad" if by < 0 else "")


INVOICES = npgettext_lazy("tile", "invoice", "invoices")

TILES = (
    Kind(
        "recurring",
        gettext_noop("Monthly recurring revenue"),
        npgettext_lazy("tile", "subscription", "subscriptions"),
        _mrr,
    ),
    Kind(
        "month",
        gettext_noop("Net revenue this month"),
        npgettext_lazy("tile", "entry", "entries"),
        _net_revenue,
    ),
    Kind(
        "subscribers",
        gettext_noop("Active subscribers"),
        npgettext_lazy("tile", "customer", "customers"),
        _subscribers,
        behind=(Subscription,),
    ),
    Kind("open", gettext_noop("Open invoices"), INVOICES),
    Kind("overdue", gettext_noop("Overdue invoices"), INVOICES, tone="bad"),
    Kind("failed", gettext_noop("Failed payments to recover"), INVOICES, tone="bad"),
    Kind(
        "due",
        gettext_noop("Disputes to respond to"),
        npgettext_lazy("tile", "dispute", "disputes"),
        tone="bad",
    ),
)
