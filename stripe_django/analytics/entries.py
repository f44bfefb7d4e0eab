"""The entries of your balance that are revenue, and their sums."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf

from stripe_django.models import BalanceTransaction

from .mirror import own

# Stripe's headings for reports. What a platform earns by fees of its accounts is revenue.
GROSS = ("charge", "charge_failure", "partial_capture_reversal", "platform_earning")
REFUNDS = ("refund", "refund_failure", "platform_earning_refund")
DISPUTES = ("dispute", "dispute_reversal")
FEES = ("fee", "network_cost")
# Entries that are older than the headings have a type only.
OF_TYPE = {
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "application_fee": "platform_earning",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "application_fee_refund": "platform_earning_refund",
    "stripe_fee": "fee",
}
CATEGORY = Coalesce(
    NullIf("reporting_category", Value("")),
    Case(*(When(type=name, then=Value(heading)) for name, heading in OF_TYPE.items())),
)


def entries(start: datetime, end: datetime, using: str | None) -> QuerySet:
    """The balance transactions that are revenue and were made between two moments."""
    made: QuerySet = own(BalanceTransaction, using).filter(created__gte=start, created__lt=end)
    counted = (*GROSS, *REFUNDS, *DISPUTES, *FEES)
    found: QuerySet = made.alias(category=CATEGORY).filter(category__in=counted)
    return found


def sums(found: QuerySet, *by: str) -> QuerySet:
    """Rows of these columns, then how many charges, and the gross, refunds, disputes and fees."""
    grouped = found.values(*by).annotate(
        number=Sum(Case(When(category="charge", then=1), default=0)),
        gross=_sum(GROSS),
        refunded=_sum(REFUNDS),
        disputed=_sum(DISPUTES),
        fees=_sum(FEES) - Coalesce(Sum("fee"), 0),
    )
    figures: QuerySet = grouped.order_by().values_list(
        *by, "number", "gross", "refunded", "disputed", "fees"
    )
    return figures


def _sum(categories: Collection[str]) -> Any:
    return Coalesce(Sum("amount", filter=Q(category__in=categories)), 0)
