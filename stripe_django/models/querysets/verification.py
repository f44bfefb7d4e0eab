from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Max


class VerificationQuerySet(models.QuerySet):
    """Results of comparisons with Stripe."""

    def latest_by_object(self) -> Self:
        """The newest finished one of each object in each account; balance proofs apart."""
        done = self.filter(status="done").exclude(method="balance").order_by()
        newest = done.values("object_name", "stripe_account").annotate(newest=Max("pk"))
        return self.filter(pk__in=newest.values("newest"))

    def latest_balance_proofs(self) -> Self:
        """The newest finished balance proof of each account: its transactions, and its payouts."""
        done = self.filter(status="done", method="balance").order_by()
        newest = done.values("object_name", "stripe_account").annotate(newest=Max("pk"))
        return self.filter(pk__in=newest.values("newest"))


class VerificationManager(models.Manager.from_queryset(VerificationQuerySet)):  # type: ignore[misc]
    """``Verification.objects``."""
