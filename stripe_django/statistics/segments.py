"""The rows that the overview counts, as the lists in the admin filter them.

A number and the list that it leads to come from the same function, so they are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.expressions import Combinable, F
from django.utils.translation import gettext_noop

from stripe_django.analytics.entries import CATEGORY, DISPUTES, FEES, GROSS, REFUNDS
from stripe_django.analytics.spans import paid_at
from stripe_django.models import BalanceTransaction, Customer, Dispute, Invoice, Subscription
from stripe_django.models.querysets.invoice import IS_OPEN, IS_OWED, OWED

REVENUE = (*GROSS, *REFUNDS, *DISPUTES, *FEES)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some rows of a model at a time; ``amount`` and ``deadline`` are expressions of a row."""

    name: str
    title: str
    model: type[Model]
    rows: Callable[[Any, datetime], QuerySet]
    amount: Combinable | None = None
    deadline: str = ""


def open_invoices(rows: Any, at: datetime) -> QuerySet:
    found: QuerySet = rows.alive().filter(IS_OPEN, IS_OWED)
    return found


def overdue_invoices(rows: Any, at: datetime) -> QuerySet:
    found: QuerySet = rows.overdue(at)
    return found


def failed_payments(rows: Any, at: datetime) -> QuerySet:
    """The overdue invoices that were tried to be paid in vain."""
    found: QuerySet = rows.overdue(at).filter(attempted=True)
    return found


def disputes_due(rows: Any, at: datetime) -> QuerySet:
    found: QuerySet = rows.alive().filter(status__in=Dispute.AWAITING_RESPONSE)
    return found


def recurring(rows: Any, at: datetime) -> QuerySet:
    """The subscriptions with MRR."""
    found: QuerySet = rows.alive().filter(_has_mrr(rows, at))
    return found


def subscribers(rows: Any, at: datetime) -> QuerySet:
    """The customers with MRR."""
    subscriptions = Subscription.objects.using(rows.db).filter(customer=OuterRef("stripe_id"))
    found: QuerySet = rows.alive().filter(Exists(recurring(subscriptions, at)))
    return found


def this_month(rows: Any, at: datetime) -> QuerySet:
    """The balance transactions that net revenue is made of."""
    start = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    made = rows.alive().filter(created__gte=start, created__lte=at)
    found: QuerySet = made.alias(category=CATEGORY).filter(category__in=REVENUE)
    return found


def _has_mrr(rows: Any, at: datetime) -> Exists:
    return Exists(paid_at(at, rows.db).filter(stripe_id=OuterRef("stripe_id")))


SEGMENTS = (
    Segment("open", gettext_noop("Open"), Invoice, open_invoices, OWED, "due_date"),
    Segment("overdue", gettext_noop("Overdue"), Invoice, overdue_invoices, OWED, "due_date"),
    Segment("failed", gettext_noop("Payment failed"), Invoice, failed_payments, OWED),
    Segment("due", gettext_noop("Response due"), Dispute, disputes_due, F("amount"), "due_by"),
    Segment("recurring", gettext_noop("With MRR"), Subscription, recurring),
    Segment("subscribers", gettext_noop("Subscribers"), Customer, subscribers),
    Segment("month", gettext_noop("This month"), BalanceTransaction, this_month, F("net")),
)
