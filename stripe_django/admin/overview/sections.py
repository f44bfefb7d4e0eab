"""The charts of the overview in sections, each for who may view the objects behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.models import BalanceTransaction, Charge, Subscription

from . import charts
from .business_figures import Figures
from .ranges import Range
from .tiles import ListOf


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of charts, the currencies of each side by side."""

    name: str
    taken_at: datetime | None
    exact_since: datetime | None
    rows: Sequence[Sequence[Any]]


def sections(figures: Figures, span: Range, today: date, list_of: ListOf) -> Iterator[Section]:
    for name, model, analysis, draw in SECTIONS:
        if list_of(model) is not None:
            rows = [row for each in draw(figures, span, today) if (row := list(each))]
            if all(len(row) == 1 for row in rows):  # one currency, so its charts share the width
                rows = [[chart for row in rows for chart in row]]
            if any(rows):
                since = figures.exact_since if analysis == "movements" else None
                yield Section(_(name), figures.taken_at.get(analysis), since, rows)


Draw = Callable[[Figures, Range, date], Sequence[Iterator[Any]]]

SECTIONS: tuple[tuple[str, type, str, Draw], ...] = (
    (
        gettext_noop("Recurring revenue"),
        Subscription,
        "movements",
        lambda *given: [
            charts.waterfalls(*given),
            charts.mrr(*given),
            charts.movements(*given),
            charts.subscriptions(*given),
        ],
    ),
    (
        gettext_noop("Net revenue"),
        BalanceTransaction,
        "revenue_by_month",
        lambda *given: [charts.net_revenue(*given)],
    ),
    (gettext_noop("Payments"), Charge, "", lambda *given: [charts.volume(*given)]),
    (gettext_noop("Retention"), Subscription, "cohorts", lambda *given: [charts.cohorts(*given)]),
)
