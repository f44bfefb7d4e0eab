"""The summary of a refund: of which charge, to whom, and why."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stripe_django.models import Refund

from .charge import balance
from .summary import Fact, Summary, card_of


class RefundSummary(Summary):
    row: Refund
    references = ("balance_transaction", "charge__customer", "customer")
    replaces = frozenset({"balance_transaction"})

    def headline(self) -> Iterator[str]:
        yield self.value("amount")
        yield self.value("status")

    def facts(self) -> Iterator[Fact]:
        charge = self.row.charge
        yield _("Customer"), self.link(self.row.charge if charge else self.row, "customer")
        yield _("Charge"), self.link(self.row, "charge", charge.amount_money if charge else "")
        yield _("Payment method"), card_of(charge) if charge and self.may_view(type(charge)) else ""
        yield self.fact("reason")
        yield _("Failure"), self.row.failure_reason or ""
        yield from balance(self)
        yield self.fact("created")
