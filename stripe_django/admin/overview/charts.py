"""The charts of the business, from the statistics, currency by currency."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.admin.rendering.svg_charts import (
    Chart,
    HeatMap,
    HeatRow,
    Series,
    Step,
    Waterfall,
)
from stripe_django.models import RevenueMonth, VolumeDay
from stripe_django.money import format_briefly

from .business_figures import Figures, Row, by_currency
from .ranges import Every, Range
from .tiles import counted, money, signed

CHANGES = (
    gettext_noop("new"),
    gettext_noop("reactivation"),
    gettext_noop("expansion"),
    gettext_noop("contraction"),
    gettext_noop("churn"),
)
REVENUE = (
    gettext_noop("gross"),
    gettext_noop("refunds"),
    gettext_noop("disputes"),
    gettext_noop("fees"),
)
SHADES = 10

Rows = Mapping[date, Row]


def waterfalls(figures: Figures, span: Range, today: date) -> Iterator[Waterfall]:
    """How the MRR at the beginning of the range became that of now."""
    for currency, by_month in figures.movements.items():
        rows = [by_month[month] for month in span.months(today) if month in by_month]
        if not rows:
            continue
        opening, closing = Decimal(rows[0]["opening"]), Decimal(rows[-1]["closing"])
        changes = {name: sum((Decimal(row[name]) for row in rows), Decimal()) for name in CHANGES}
        steps = [
            _total(_("opening"), opening, currency),
            *(_change(name, by, currency) for name, by in changes.items()),
            _total(_("closing"), closing, currency),
        ]
        first = date_format(date.fromisoformat(rows[0]["month"]), "F Y")
        yield Waterfall(
            key=f"waterfall-{currency}",
            title=_("MRR movements") + _in(currency),
            description=_("From the beginning of %(month)s until now (UTC).") % {"month": first},
            tick=partial(format_briefly, currency=currency),
            steps=steps,
        )


def mrr(figures: Figures, span: Range, today: date) -> Iterator[Chart]:
    """What it was at the end of each month."""
    starts = span.months(today)
    about = _("Monthly recurring revenue at the end of each month, and now (UTC).")
    for currency, rows in figures.movements.items() if len(starts) > 1 else ():
        closing = _money(_("MRR"), "closing", currency, rows, starts, kind="total")
        yield _chart(
            f"mrr-{currency}", _("MRR") + _in(currency), about, currency, starts, [closing]
        )


def movements(figures: Figures, span: Range, today: date) -> Iterator[Chart]:
    """What changed the MRR in each month."""
    starts = span.months(today)
    about = _("What each month added to monthly recurring revenue, and what it lost (UTC).")
    for currency, rows in figures.movements.items() if len(starts) > 1 else ():
        series = [_money(_(name), name, currency, rows, starts) for name in CHANGES]
        title = _("MRR movements by month") + _in(currency)
        yield _chart(f"movements-{currency}", title, about, currency, starts, series)


def net_revenue(figures: Figures, span: Range, today: date) -> Iterator[Chart]:
    """What balance transactions say was earned."""
    source = "month" if span.every is Every.MONTH else "day"
    starts = span.starts(today)
    about = _("Charges less refunds, disputes and fees, by balance transactions; %(by)s.") % {
        "by": span.about
    }
    for currency, rows in figures.revenue(source).items():
        parts = [_money(_(name), name, currency, rows, starts) for name in REVENUE]
        net = _money(_("net"), "net", currency, rows, starts)
        title = _("Net revenue") + _in(currency)
        yield _chart(f"revenue-{currency}", title, about, currency, starts, parts, net)


def volume(figures: Figures, span: Range, today: date) -> Iterator[Chart]:
    """What charges and refunds say was taken and given back; one query."""
    starts = span.starts(today)
    days = VolumeDay.objects.filter(day__gte=starts[0], day__lte=today)
    values = [
        {**row, "day": row["day"].isoformat()}
        for row in days.values("day", "currency", "charges", "gross", "refunded")
    ]
    about = _("Captured charges and refunds in the currency of the charge; %(by)s.") % {
        "by": span.about
    }
    for currency, rows in by_currency(values, "day", "charges").items():
        series = [
            _money(_("gross volume"), "gross", currency, rows, starts),
            _money(_("refunds"), "refunded", currency, rows, starts, kind="refunds", sign=-1),
        ]
        title = _("Gross volume and refunds") + _in(currency)
        yield _chart(f"volume-{currency}", title, about, currency, starts, series)


def subscriptions(figures: Figures, span: Range, today: date) -> Iterator[Chart]:
    """How many were paid for; one query."""
    starts = span.months(today)
    if len(starts) == 1:
        return
    counts: dict[date, int] = defaultdict(int)
    for row in RevenueMonth.objects.filter(month__gte=starts[0]):
        counts[row.month] += row.subscriptions
    if not any(counts.values()):
        return
    values = [counts[start] for start in starts]
    series = [
        Series(_("active subscriptions"), "gross", values, [counted(each) for each in values])
    ]
    about = _("The subscriptions that were paid for at the end of each month, and now (UTC).")
    labels = [date_format(start, "M Y") for start in starts]
    yield Chart(
        key="subscriptions",
        title=_("Active subscriptions"),
        description=about,
        tick=counted,
        names=labels,
        series=series,
    )


def cohorts(figures: Figures, span: Range, today: date) -> Iterator[HeatMap]:
    """Which share of the customers who began in a month still paid in each later one."""
    for currency, by_month in figures.cohorts.items():
        ages = range(max(len(cells) for cells in by_month.values()))
        yield HeatMap(
            key=f"cohorts-{currency}",
            title=_("Cohorts") + _in(currency),
            description=_(
                "Of the customers whose first month it was, the share that paid at the end of it"
                " and of each later month (UTC)."
            ),
            headers=[_("First month"), _("Customers"), *(str(age) for age in ages)],
            rows=[
                HeatRow(date_format(month, "M Y"), counted(cells[0]["size"]), _shades(cells))
                for month, cells in by_month.items()
            ],
        )


def _total(name: str, value: Decimal, currency: str) -> Step:
    texts = money(value, currency), format_briefly(value, currency)
    return Step(name, "total", value, *texts, is_total=True)


def _change(name: str, by: Decimal, currency: str) -> Step:
    plus = "+" if by > 0 else ""
    texts = signed(by, currency), f"{plus}{format_briefly(by, currency)}"
    return Step(_(name), name, by, *texts)


def _shades(cells: Sequence[Row]) -> list[tuple[str, int]]:
    shares = [cell["customers"] / cell["size"] if cell["size"] else 0 for cell in cells]
    return [(f"{share:.0%}", min(round(share * SHADES), SHADES)) for share in shares]


def _chart(
    key: str,
    title: str,
    about: str,
    currency: str,
    starts: Sequence[date],
    series: Sequence[Series],
    total: Series | None = None,
) -> Chart:
    is_monthly = all(start.day == 1 for start in starts)
    return Chart(
        key=key,
        title=title,
        description=about,
        tick=partial(format_briefly, currency=currency),
        names=[date_format(start, "M Y" if is_monthly else "j M") for start in starts],
        series=series,
        total=total,
    )


def _money(
    name: str,
    key: str,
    currency: str,
    rows: Rows,
    starts: Sequence[date],
    *,
    kind: str = "",
    sign: int = 1,
) -> Series:
    """A column of the rows, added up from each start until the next one."""
    sums = [Decimal()] * len(starts)
    for day, row in rows.items():
        if day >= starts[0]:
            sums[bisect(starts, day) - 1] += sign * Decimal(row[key])
    return Series(name, kind or key, sums, [money(each, currency) for each in sums])


def _in(currency: str) -> str:
    return f", {currency.upper()}" if currency else ""
