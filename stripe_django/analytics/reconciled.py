"""Payouts, beside the balance transactions that they are made of."""

from __future__ import annotations

from datetime import date, tzinfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from stripe_django.models import Payout

from .mirror import own
from .periods import days
from .results import ReconciledPayout


def report(start: date, end: date, zone: tzinfo, using: str | None) -> list[ReconciledPayout]:
    covered = days(start, end, zone)
    if not covered.days:
        return []
    # As BalanceTransaction.objects.by_payout() has them.
    is_part = Q(balance_transactions__isnull=False) & ~Q(balance_transactions__type="payout")
    made = own(Payout, using).filter(created__gte=covered.bounds[0], created__lt=covered.bounds[-1])
    found = made.order_by("created", "stripe_id").annotate(
        transactions=Count("balance_transactions", filter=is_part),
        gross=_sum("amount", is_part),
        fees=_sum("fee", is_part),
        net=_sum("net", is_part),
    )
    return [
        ReconciledPayout(
            payout=each.stripe_id,
            currency=each.currency or "",
            status=each.status or "",
            arrival_date=each.arrival_date,
            amount=each.amount or 0,
            transactions=each.transactions,
            gross=each.gross,
            fees=-each.fees,
            net=each.net,
        )
        for each in found
    ]


def _sum(column: str, condition: Q) -> Coalesce:
    return Coalesce(Sum(f"balance_transactions__{column}", filter=condition), 0)
