"""The figures of a subscription business, computed from the mirror of your own account.

Each report covers the days from ``start`` up to, not including, ``end``, in the time zone ``zone``.
``currency`` converts into one currency by the newest exchange rates of Stripe's balance
transactions. ``using`` names the database. The formulas are in the documentation.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from stripe_django.models import Statistics

from . import invoices, mrr, reconciled, revenue, trials
from .results import (
    AgingBucket,
    Cohort,
    Movement,
    NetRevenue,
    ReconciledPayout,
    Recovery,
    TrialMonth,
)

__all__ = [
    "AgingBucket",
    "Cohort",
    "Movement",
    "NetRevenue",
    "ReconciledPayout",
    "Recovery",
    "TrialMonth",
    "active_subscribers",
    "cohorts",
    "exact_since",
    "failed_payment_recovery",
    "invoice_aging",
    "mrr_movements",
    "net_revenue",
    "payouts",
    "trial_conversion",
]

MrrKey = Literal["product", "price", "plan", "country"]
RevenueKey = Literal["product", "country", "payment_method"]
Every = Literal["day", "month"]


def mrr_movements(
    start: date,
    end: date,
    *,
    by: MrrKey | None = None,
    zone: tzinfo = UTC,
    currency: str | None = None,
    using: str | None = None,
) -> list[Movement]:
    """The movements of each month that begins from ``start`` on and before ``end``.

    Ordered by month, currency and key; the current month is up to now. Churn rates, net and gross
    retention and ARPA are properties of the rows.
    """
    return mrr.movements(start, end, by, zone, currency, exact_since(using=using), using)


def exact_since(*, using: str | None = None) -> datetime | None:
    """From when on the movements use the quantities and prices of that time, by stored events.

    ``None`` if there are no events of subscriptions.
    """
    state = Statistics.objects.using(using).filter(pk=Statistics.SINGLETON).first()
    return state.versions_since if state else None


def active_subscribers(at: datetime | None = None, *, using: str | None = None) -> dict[str, int]:
    """How many customers pay for a subscription, by currency."""
    return mrr.subscribers(at, using)


def cohorts(
    start: date,
    end: date,
    *,
    zone: tzinfo = UTC,
    currency: str | None = None,
    using: str | None = None,
) -> list[Cohort]:
    """The customers whose revenue began in each month, at the end of it and of each later month.

    Ordered by month, currency and age; the last age is that of the last month before ``end``.
    """
    return mrr.cohorts(start, end, zone, currency, using)


def trial_conversion(
    start: date, end: date, *, zone: tzinfo = UTC, using: str | None = None
) -> list[TrialMonth]:
    """The trials that began in each month, and how many became paid subscriptions."""
    return trials.conversion(start, end, zone, using)


def net_revenue(
    start: date,
    end: date,
    *,
    every: Every = "month",
    by: RevenueKey | None = None,
    zone: tzinfo = UTC,
    currency: str | None = None,
    using: str | None = None,
) -> list[NetRevenue]:
    """Charges, refunds, disputes and fees of each day or month, by Stripe's balance transactions.

    Ordered by period, currency and key. The currency is that of your balance, not of the charge.
    """
    return revenue.report(start, end, every, by, zone, currency, using)


def invoice_aging(
    at: datetime | None = None, *, currency: str | None = None, using: str | None = None
) -> list[AgingBucket]:
    """What open invoices owe today, by the days since they were due ``at`` that time or now."""
    return invoices.aging(at, currency, using)


def failed_payment_recovery(
    start: date,
    end: date,
    *,
    zone: tzinfo = UTC,
    currency: str | None = None,
    using: str | None = None,
) -> list[Recovery]:
    """The invoices whose first attempt failed in each month, and how many were paid since."""
    return invoices.recovery(start, end, zone, currency, using)


def payouts(
    start: date, end: date, *, zone: tzinfo = UTC, using: str | None = None
) -> list[ReconciledPayout]:
    """The payouts that were created in these days, each beside its balance transactions."""
    return reconciled.report(start, end, zone, using)
