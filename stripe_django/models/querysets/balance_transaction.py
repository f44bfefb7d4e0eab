from __future__ import annotations

from typing import Self

from django.db.models import Model

from .base import StripeManager, StripeQuerySet


class BalanceTransactionQuerySet(StripeQuerySet):
    """Balance transactions."""

    def by_payout(self, payout: Model | str) -> Self:
        """What a payout is made of: its row, or its Stripe id.

        The entry of the payout itself is left out, so the sum of ``net`` is its amount.
        :func:`sync.reconcile_payout() <stripe_django.sync.reconcile_payout>`
        has to run before.
        """
        return self.alive().filter(payout=payout).exclude(type="payout")


class BalanceTransactionManager(
    StripeManager.from_queryset(BalanceTransactionQuerySet)  # type: ignore[misc]
):
    """``BalanceTransaction.objects``."""
