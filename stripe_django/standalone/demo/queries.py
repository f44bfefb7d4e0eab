"""Questions to the tables, which the demo prints as they stand here, and runs."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from stripe_django.models import Charge, Subscription


def revenue_by_month() -> QuerySet:
    return (
        Charge.objects.succeeded()
        .filter(captured=True)
        .annotate(month=TruncMonth("created"))
        .values("month", "currency")
        .annotate(charges=Count("id"))
        .annotate(net=Sum(F("amount") - F("amount_refunded")))
        .order_by("month", "currency")
    )


def monthly_recurring_revenue() -> dict[str, Decimal]:
    return Subscription.objects.mrr()
