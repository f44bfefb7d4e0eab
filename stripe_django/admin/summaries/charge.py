"""The summary of a charge: who paid, what for and with, the risk, the fee and what is left."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stripe_django.admin.rendering.display import label
from stripe_django.models import BalanceTransaction, Charge

from .paying import invoice_links
from .summary import Fact, Summary, card_of, hash_of


class ChargeSummary(Summary):
    row: Charge
    references = ("customer", "balance_transaction", "invoice", "payment_method")
    replaces = frozenset(
        {"balance_transaction", "invoice_payments", "latest_charge_payment_intents"}
    )

    def headline(self) -> Iterator[str]:
        yield self.value("amount")
        yield self.value("status")
        yield from self.alarms()

    def facts(self) -> Iterator[Fact]:
        yield _("Customer"), self.link(self.row, "customer") or self._payer()
        yield _("Invoice"), invoice_links(self, self.row.payment_intent_id, self.row.stripe_id)
        yield self.fact("description")
        method = card_of(self.row)
        yield _("Payment method"), self.link(self.row, "payment_method", method) or method
        yield _("Risk"), self._risk()
        yield _("Failure"), self.row.failure_message or self.row.failure_code or ""
        if self.row.amount_refunded:
            yield _("Refunded"), self.value("amount_refunded")
        if not self.row.captured:
            yield _("Captured"), self.value("captured")
        yield from balance(self)
        yield _("Payment"), self.link(self.row, "payment_intent")
        yield self.fact("created")

    def _payer(self) -> str:
        details = hash_of(self.row.billing_details)
        return str(details.get("name") or details.get("email") or self.row.receipt_email or "")

    def _risk(self) -> str:
        outcome = hash_of(self.row.outcome)
        level, score = outcome.get("risk_level"), outcome.get("risk_score")
        if not level:
            return ""
        text = str(level).replace("_", " ").capitalize()
        text = text if score is None else f"{text} ({score})"
        return label(str(level), text) if level in ("elevated", "highest") else text


def balance(summary: Summary) -> Iterator[Fact]:
    """What the row did to the balance: the fee, and the net amount as a link to the entry."""
    if not summary.may_view(BalanceTransaction):
        return
    entry = summary.row.balance_transaction
    if entry is None:
        yield _("Balance transaction"), summary.link(summary.row, "balance_transaction")
        return
    yield _("Fee"), entry.fee_money
    yield _("Net"), summary.link(summary.row, "balance_transaction", entry.net_money)
