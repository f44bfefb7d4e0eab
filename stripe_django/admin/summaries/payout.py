"""The summary of a payout: how much arrives when, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from stripe_django.admin.object_admin import Panel
from stripe_django.admin.rendering.display import money
from stripe_django.admin.rendering.tables import Table
from stripe_django.models import BalanceTransaction, Payout
from stripe_django.money import format_money

from .summary import Fact, Summary


class PayoutSummary(Summary):
    row: Payout
    replaces = frozenset({"balance_transactions"})

    def headline(self) -> Iterator[str]:
        yield self.value("amount")
        yield self.value("status")

    def facts(self) -> Iterator[Fact]:
        yield _("Arrives"), self.value("arrival_date")
        yield _("Destination"), self.row.destination or ""
        yield self.fact("automatic")
        yield self.fact("reconciliation_status")
        yield _("Failure"), self.row.failure_message or self.row.failure_code or ""
        yield self.fact("statement_descriptor")
        yield _("Reversed by"), self.link(self.row, "reversed_by")
        yield self.fact("created")

    def tables(self) -> Iterator[Panel]:
        """Its balance transactions by category, once it was reconciled."""
        if not self.may_view(BalanceTransaction):
            return
        mine = self.rows(BalanceTransaction).filter(payout=self.row.stripe_id)
        found = (
            mine.order_by()
            .values("reporting_category", "currency")
            .annotate(count=Count("pk"), gross=Sum("amount"), fees=Sum("fee"), left=Sum("net"))
        )
        lines = [self._line(each) for each in sorted(found, key=_place)]
        if lines:
            headers = [_("made of"), _("transactions"), _("gross"), _("fees"), _("net")]
            more = self.list_of(BalanceTransaction, payout=self.row.stripe_id)
            yield self.panel(_("Balance transactions"), Table(headers, lines), more)

    def _line(self, each: dict[str, Any]) -> list[str]:
        totals = (format_money(each[name] or 0, each["currency"]) for name in SUMS)
        category = (each["reporting_category"] or "").replace("_", " ") or "–"
        return [category, number_format(each["count"]), *map(money, totals)]


SUMS = ("gross", "fees", "left")


def _place(each: dict[str, Any]) -> tuple[str, str]:
    return each["reporting_category"] or "", each["currency"] or ""
