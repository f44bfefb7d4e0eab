"""What the reports return: frozen rows, with money in the smallest unit of their currency.

Counted money is an ``int``; money by the month is a ``Decimal`` with up to four places. Where a
report was asked for one currency, converted money is a ``Decimal`` with four places, and rows
that cannot be converted keep their own currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Money = int | Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """How the monthly recurring revenue of a month came about.

    ``opening + new + reactivation + expansion + contraction + churn == closing``, exactly;
    ``contraction`` and ``churn`` are negative or zero. ``key`` is the Stripe id of the product,
    price or plan, or the country's code; empty where it is unknown or nothing was grouped by.
    """

    month: date
    currency: str
    key: str
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    opening_customers: int
    new_customers: int
    reactivated_customers: int
    churned_customers: int
    closing_customers: int
    is_exact: bool
    """Whether stored events reach back to the beginning of the month."""

    @property
    def net(self) -> Decimal:
        """What the month added."""
        return self.closing - self.opening

    @property
    def arpa(self) -> Decimal | None:
        """Average revenue per account at the end of the month."""
        return _ratio(self.closing, self.closing_customers)

    @property
    def customer_churn_rate(self) -> Decimal | None:
        """Which share of the customers at the beginning left: ``Decimal("0.05")`` is 5 %."""
        return _ratio(self.churned_customers, self.opening_customers)

    @property
    def revenue_churn_rate(self) -> Decimal | None:
        """Which share of the revenue at the beginning was lost by churn and contraction."""
        return _ratio(-(self.churn + self.contraction), self.opening)

    @property
    def nrr(self) -> Decimal | None:
        """Net revenue retention: what the customers of the beginning pay at the end."""
        kept = self.opening + self.expansion + self.contraction + self.churn
        return _ratio(kept, self.opening)

    @property
    def grr(self) -> Decimal | None:
        """Gross revenue retention: the same without expansion."""
        return _ratio(self.opening + self.contraction + self.churn, self.opening)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers whose revenue began in one month, so many months later."""

    month: date
    currency: str
    age: int
    """Months since then: 0 is the month itself."""
    customers: int
    """How many of them pay at the end of that later month."""
    mrr: Decimal
    size: int
    """How many customers the cohort has: also those who left within the first month."""
    initial_mrr: Decimal
    """What they brought in by the month when they began."""

    @property
    def customer_retention(self) -> Decimal | None:
        return _ratio(self.customers, self.size)

    @property
    def revenue_retention(self) -> Decimal | None:
        return _ratio(self.mrr, self.initial_mrr)


@dataclass(frozen=True, slots=True)
class TrialMonth:
    """The trials that began in a month, and what became of them."""

    month: date
    started: int
    converted: int
    running: int
    lost: int

    @property
    def rate(self) -> Decimal | None:
        """Which share of the trials that are over was followed by a paid subscription."""
        return _ratio(self.converted, self.converted + self.lost)


@dataclass(frozen=True, slots=True)
class NetRevenue:
    """What was earned in a day or month: ``gross + refunds + disputes + fees == net``, exactly.

    Only ``gross`` is usually positive. ``period`` is the day or the first day of the month;
    ``key`` is what it was grouped by, empty where that is unknown or nothing was grouped by.
    """

    period: date
    currency: str
    key: str
    charges: int
    gross: Money
    refunds: Money
    disputes: Money
    fees: Money
    net: Money


@dataclass(frozen=True, slots=True)
class AgingBucket:
    """What open invoices owe, by the days since they were due."""

    currency: str
    bucket: str
    """``current``, ``1-30``, ``31-60``, ``61-90`` or ``90+``."""
    invoices: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Recovery:
    """The invoices whose first payment attempt failed in a month, and what became of them."""

    month: date
    currency: str
    failed: int
    failed_amount: Money
    recovered: int
    recovered_amount: Money
    open: int
    open_amount: Money
    lost: int
    lost_amount: Money

    @property
    def rate(self) -> Decimal | None:
        """Which share of the failed amount was paid later."""
        return _ratio(self.recovered_amount, self.failed_amount)


@dataclass(frozen=True, slots=True)
class ReconciledPayout:
    """A payout beside the balance transactions it is made of."""

    payout: str
    currency: str
    status: str
    arrival_date: datetime | None
    amount: int
    transactions: int
    gross: int
    fees: int
    net: int

    @property
    def difference(self) -> int:
        """What is not explained: zero for a reconciled payout."""
        return self.amount - self.net

    @property
    def is_reconciled(self) -> bool:
        return self.transactions > 0 and self.difference == 0


def _ratio(part: Money, whole: Money) -> Decimal | None:
    """A share with six places; ``None`` of nothing."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001")) if whole else None
