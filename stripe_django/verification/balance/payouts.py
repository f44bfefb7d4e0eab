"""Whether each payout is what its balance transactions add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.models import BalanceTransaction, Payout
from stripe_django.money import format_money
from stripe_django.sync.ingest import Owner, PageWriter
from stripe_django.sync.writer.report import Failure, Report
from stripe_django.verification import sightings
from stripe_django.verification.comparison import compare
from stripe_django.verification.findings import Finding

COMPLETED = Payout.ReconciliationStatus.COMPLETED


@dataclass(slots=True)
class PayoutCheck:
    """What the balance transactions of a payout add up to.

    ``own`` is the amount of the payout's own transaction, ``sum`` that of those that it consists
    of; ``None`` where there is none, or Stripe does not say which these are. ``findings`` are the
    transactions of its list that differ here.
    """

    payout: Payout
    own: int | None = None
    sum: int | None = None
    findings: list[Finding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return int(self.payout.amount or 0)

    @property
    def is_reconcilable(self) -> bool:
        """Whether Stripe says what it consists of: only of automatic payouts, once it knows."""
        return bool(self.payout.automatic) and self.payout.reconciliation_status == COMPLETED

    @property
    def is_right(self) -> bool:
        has_own = self.payout.balance_transaction_id is None or self.own == -self.amount
        return has_own and (not self.is_reconcilable or self.sum == self.amount)

    @property
    def document(self) -> dict[str, Any]:
        return {
            "object": "payout",
            "id": self.payout.stripe_id,
            "difference": "sum",
            "columns": [],
            "amount": self.amount,
            "currency": self.payout.currency,
            "own_transaction": self.own,
            "transactions": self.sum,
        }


def check(writer: PageWriter, payout: Payout, *, repair: bool = False) -> PayoutCheck:
    """Compare a payout with its transactions; their list is read if that is not known, or wrong.

    Which payout a transaction belongs to is stored; one that differs is stored to ``repair`` it.
    """
    found = PayoutCheck(payout)
    _add_up(writer, found)
    if not found.is_right and found.is_reconcilable:
        _read(writer, found, repair=repair)
        _add_up(writer, found)
    return found


def _add_up(writer: PageWriter, found: PayoutCheck) -> None:
    rows = BalanceTransaction.objects.using(writer.using)
    own = rows.alive().filter(stripe_id=found.payout.balance_transaction_id)
    found.own = own.values_list("amount", flat=True).first()
    if found.is_reconcilable:
        found.sum = rows.by_payout(found.payout.stripe_id).aggregate(sum=Sum("net"))["sum"]


def _read(writer: PageWriter, found: PayoutCheck, *, repair: bool) -> None:
    owner = Owner(found.payout.stripe_id, {BalanceTransaction: "payout"})
    path, report = str(BalanceTransaction.stripe.list_path), Report()
    now = clock_of(settings.api_base).best_now()
    for page in writer.client.pages(path, {"payout": found.payout.api_id}):
        seen = [*sightings.of_page(writer, page, None, report.failures)]
        compared = compare(seen, writer.using, now).findings
        found.findings += [each for findings in compared for each in findings]
        pairs = zip(seen, compared, strict=True)
        chosen = [each.page.objects[0] for each, findings in pairs if repair or not findings]
        writer.write(replace(page, objects=chosen), report, owner)
    found.failures += report.failures


def of_period(writer: PageWriter, since: Any, until: Any) -> QuerySet[Payout]:
    """The payouts of an account that were made in a period."""
    rows: QuerySet[Payout] = Payout.objects.using(writer.using).alive()
    rows = rows.filter(stripe_account=writer.account).exclude(livemode=not writer.home.livemode)
    rows = rows.filter(created__gte=since) if since else rows
    return rows.filter(created__lt=until) if until else rows


def payout_said(found: Mapping[str, Any]) -> str:
    """The document of a payout that is wrong, in one line."""
    currency = found["currency"] or ""
    amount, own, sum_ = (
        "none" if found[name] is None else format_money(found[name], currency)
        for name in ("amount", "own_transaction", "transactions")
    )
    return _("payout %(id)s: %(amount)s, its own transaction %(own)s, its transactions %(sum)s") % {
        "id": found["id"],
        "amount": amount,
        "own": own,
        "sum": sum_,
    }
