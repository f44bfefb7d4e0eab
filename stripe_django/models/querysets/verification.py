from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q


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

    def unresolved(self) -> Self:
        """Those with differences, until a later one has compared at least as much to its end.

        A shorter period or a smaller sample says nothing about what was found, and a run that
        failed says nothing about the rest. All that one of these found may be repaired.
        """
        later = self.model._base_manager.using(self.db).filter(
            Q(since=None) | Q(since__lte=OuterRef("since")),
            Q(until=None) | Q(until__gte=OuterRef("until")),
            object_name=OuterRef("object_name"),
            stripe_account=OuterRef("stripe_account"),
            pk__gt=OuterRef("pk"),
            status="done",
        )
        is_as_large = ~Q(method="sample") | Q(sample__gte=OuterRef("sample"))
        same = later.filter(is_as_large, method=OuterRef("method"))
        every = later.filter(method="all")
        found = self.filter(status__in=("done", "failed")).exclude(differences={})
        return found.filter(~Exists(same), ~Q(method="sample") | ~Exists(every))


class VerificationManager(models.Manager.from_queryset(VerificationQuerySet)):  # type: ignore[misc]
    """``Verification.objects``."""
