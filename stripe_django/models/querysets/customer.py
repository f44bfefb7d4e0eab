from __future__ import annotations

from datetime import datetime
from typing import Any, Self, Unpack

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from .access.entitlements import entitling, of_outer_customer
from .access.rule import customers_with_access, giving_access
from .access.union import OneOf
from .access.wanted import ANY, AccessOptions, wanted
from .arithmetic import NUMBER, Parts, known
from .base import StripeManager, StripeQuerySet, is_alive, related
from .charge import SUCCEEDED
from .narrowed import once
from .taken import given_back, taken
from .uncompiled import ManySubqueries

OUTER_CURRENCY = OuterRef("currency")


class CustomerQuerySet(StripeQuerySet):
    """Customers."""

    def delinquent(self) -> Self:
        """Those whose latest invoice is overdue, as Stripe says."""
        return self.alive().filter(delinquent=True)

    def with_access_to(self, product: Any = ANY, **options: Unpack[AccessOptions]) -> Self:
        """Those with access to a product: :doc:`/howto/access` has the rule and the options.

        ``product`` is one, its id, or a list or queryset of these: access to any of them. Without
        it, and without ``price``, access to anything.
        """
        asked = wanted(product, **options)
        found = customers_with_access(related(self.model, "subscriptions"), asked)
        return self.alive().filter(stripe_id__in=OneOf(found))

    def with_access(
        self, product: Any = ANY, *, to_attr: str = "has_access", **options: Unpack[AccessOptions]
    ) -> Self:
        """All of them with ``has_access``, whether they are among ``with_access_to()``.

        ``to_attr`` is another name for the column, so that there can be one for each product.
        """
        subscriptions = related(self.model, "subscriptions").filter(customer=OuterRef("stripe_id"))
        given = Exists(giving_access(subscriptions, wanted(product, **options)))
        return self.annotate(**{to_attr: _holds(is_alive() & Q(given))})

    def entitled_to(self, feature: Any) -> Self:
        """Those that are entitled to a feature, as Stripe says.

        ``feature`` is its lookup key, its row, or a list or queryset of these: any of them.
        """
        found = entitling(related(self.model, "active_entitlements"), feature)
        return self.alive().filter(stripe_id__in=found.values("owner"))

    def with_entitlement(self, feature: Any, *, to_attr: str = "is_entitled") -> Self:
        """All of them with ``is_entitled``, whether they are among ``entitled_to()``."""
        mine = related(self.model, "active_entitlements").filter(of_outer_customer())
        return self.annotate(**{to_attr: _holds(is_alive() & Q(Exists(entitling(mine, feature))))})

    def with_mrr(self, currency: str | None = None, at: datetime | None = None) -> Self:
        """All of them with ``mrr``, what each brings in by the month, or did ``at`` that time.

        It is a ``Decimal`` in the smallest unit of the currency, which is that of the customer
        unless another one is named; subscriptions in others are left out.
        :doc:`/reference/mrr` has the definition.
        """
        subscriptions = related(self.model, "subscriptions")
        priced = subscriptions._priced(subscriptions._rows(at or timezone.now()))
        mine = priced.filter(customer=OuterRef("stripe_id"), mrr_currency=_asked(currency))
        total = Subquery(_summed(mine, "customer", F("month")))
        found = once(self).alive().annotate(mrr=Coalesce(total, 0, output_field=Parts()))
        found.query = found.query.chain(ManySubqueries)
        return found

    def lifetime_value(self, currency: str | None = None) -> Self:
        """All of them with ``lifetime_value``, what each has paid so far and not got back.

        That is what their succeeded charges took, less refunds and lost disputes, in the smallest
        unit of the currency, which is that of the customer unless another one is named. Fees are
        not taken off. What Stripe refunds of an authorisation that is not captured was never
        taken, so it is no refund here.
        """
        mine = related(self.model, "charges").filter(customer=OuterRef("stripe_id"))
        disputes = related(mine.model, "disputes").alive().filter(status="lost")
        # By the charge, as a planner may go through all disputes for each customer.
        of_charge = disputes.filter(
            charge=OuterRef("stripe_id"), currency=_asked(currency, OuterRef(OuterRef("currency")))
        )
        is_paid = is_alive() & Q(status__in=SUCCEEDED, currency=_asked(currency))
        paid = Case(When(is_paid, then=taken() - given_back()), default=0, output_field=NUMBER)
        value = paid - known(Subquery(_summed(of_charge, "charge", F("amount"))), 0)
        total = known(Subquery(_summed(mine, "customer", value)), 0)
        found = once(self).alive().annotate(lifetime_value=total)
        found.query = found.query.chain(ManySubqueries)
        return found


def _holds(condition: Q) -> Case:
    """Whether a condition holds, never null."""
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


def _asked(currency: str | None, own: Combinable = OUTER_CURRENCY) -> Combinable:
    return own if currency is None else Value(currency.lower())


def _summed(rows: QuerySet, owner: str, amount: Combinable) -> QuerySet:
    by_owner = rows.order_by().values(owner)
    summed: QuerySet = by_owner.annotate(total=Sum(amount, output_field=NUMBER)).values("total")
    return summed


class CustomerManager(StripeManager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]
    """``Customer.objects``."""
