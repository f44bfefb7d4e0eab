"""The summary of a customer: what they are worth, owe and pay with, and since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from stripe_django.admin.rendering.display import label, money
from stripe_django.admin.rendering.times import time
from stripe_django.models import Charge, Customer, Dispute, Invoice, Subscription
from stripe_django.models.querysets.arithmetic import NUMBER
from stripe_django.models.querysets.invoice import IS_OPEN, OWED
from stripe_django.models.querysets.taken import given_back, taken
from stripe_django.money import format_money

from .mrr import mrr
from .summary import Amounts, Fact, Summary, amounts, card_of


class CustomerSummary(Summary):
    row: Customer
    references = ("default_payment_method",)

    def headline(self) -> Iterator[str]:
        yield self.row.name or self.row.business_name or self.row.email or self.row.stripe_id
        yield from self.alarms()
        if not self.row.is_alive:
            yield label("deleted", _("Deleted"))

    def facts(self) -> Iterator[Fact]:
        if self.may_view(Charge, Dispute):
            yield _("Lifetime value"), amounts(self._lifetime_value()) or self._nothing()
        if self.may_view(Subscription):
            mine = self.rows(Subscription).filter(customer=self._id)
            yield _("MRR"), amounts(mrr(mine)) or self._nothing()
        if self.may_view(Invoice):
            yield _("Open balance"), amounts(self._open()) or self._nothing()
        if self.row.balance:
            name = _("Credit") if self.row.balance < 0 else _("Debit")
            yield name, money(format_money(abs(self.row.balance), self.row.currency))
        yield _("Payment method"), self._payment_method()
        yield self.fact("email")
        yield self.fact("phone")
        yield _("Customer since"), time(self.row.created) if self.row.created else ""

    @property
    def _id(self) -> str:
        return self.row.stripe_id

    def _nothing(self) -> str:
        """Zero in the customer's currency, if there is one."""
        return money(format_money(0, self.row.currency)) if self.row.currency else "0"

    def _lifetime_value(self) -> Amounts:
        """As ``lifetime_value()`` defines it, but in each currency that was paid in."""
        charges = self.rows(Charge).succeeded().filter(customer=self._id)
        lost = self.rows(Dispute).alive().filter(status="lost", charge__customer=self._id)
        return _added(
            _by_currency(charges, taken() - given_back()).union(
                _by_currency(lost, -F("amount")), all=True
            )
        )

    def _open(self) -> Amounts:
        invoices = self.rows(Invoice).alive().filter(IS_OPEN, customer=self._id)
        return _added(_by_currency(invoices, OWED))

    def _payment_method(self) -> str:
        method = self.row.default_payment_method
        card = card_of(method) if method else ""
        return self.link(self.row, "default_payment_method", card) or self.row.default_source or ""


def _by_currency(rows: Any, amount: Any) -> Any:
    summed = rows.order_by().values("currency").annotate(sum=Sum(amount, output_field=NUMBER))
    return summed.values_list("currency", "sum")


def _added(sums: Any) -> Amounts:
    totals: Counter[str | None] = Counter()
    for currency, total in sums:
        totals[currency] += int(total or 0)
    return totals
