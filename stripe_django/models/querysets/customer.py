from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from .arithmetic import NUMBER, Parts, known
from .base import StripeManager, StripeQuerySet, related
from .narrowed import once
from .taken import given_back, taken


class CustomerQuerySet(StripeQuerySet):
    """Customers."""

    def delinquent(self) -> Self:
        """Those whose latest invoice is overdue, as Stripe says."""
        return self.alive().filter(delinquent=True)

    def with_mrr(self, currency: str | None = None, at: datetime | None = None) -> Self:
        """All of them with ``mrr``, what each brings in by the month, or did ``at`` that time.

        It is a ``Decimal`` in the smallest unit of the currency, which is that of the customer
        unless another one is named; subscriptions in others are left out.
        :doc:`/reference/mrr` has the definition.
        """
        priced = related(self.model, "subscriptions")._priced(at)
        mine = priced.filter(customer=OuterRef("stripe_id"), mrr_currency=_asked(currency))
        total = Subquery(_summed(mine, "customer", F("month")))
        return once(self).alive().annotate(mrr=Coalesce(total, 0, output_field=Parts()))

    def lifetime_value(self, currency: str | None = None) -> Self:
        """All of them with ``lifetime_value``, what each has paid so far and not got back.

        That is what their succeeded charges took, less refunds and lost disputes, in the smallest
        unit of the currency, which is that of the customer unless another one is named. Fees are
        not taken off. What Stripe refunds of an authorisation that is not captured was never
        taken, so it is no refund here.
        """
        charges = related(self.model, "charges").succeeded()
        disputes = related(charges.model, "disputes").alive().filter(status="lost")
        asked = {"currency": _asked(currency)}
        paid = charges.filter(customer=OuterRef("stripe_id"), **asked)
        lost = disputes.filter(charge__customer=OuterRef("stripe_id"), **asked)
        return (
            once(self)
            .alive()
            .annotate(
                lifetime_value=_total(paid, "customer", taken() - given_back())
                - _total(lost, "charge__customer", F("amount"))
            )
        )


def _asked(currency: str | None) -> Combinable:
    return OuterRef("currency") if currency is None else Value(currency.lower())


def _total(rows: QuerySet, owner: str, amount: Combinable) -> Combinable:
    return known(Subquery(_summed(rows, owner, amount)), 0)


def _summed(rows: QuerySet, owner: str, amount: Combinable) -> QuerySet:
    by_owner = rows.order_by().values(owner)
    summed: QuerySet = by_owner.annotate(total=Sum(amount, output_field=NUMBER)).values("total")
    return summed


class CustomerManager(StripeManager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]
    """``Customer.objects``."""
