"""The summary of an invoice: who owes what until when, its lines, and its payments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from stripe_django.admin.object_admin import Panel
from stripe_django.admin.relations import newest
from stripe_django.admin.rendering.display import cell, label, money
from stripe_django.admin.rendering.status_colors import has_failed
from stripe_django.admin.rendering.tables import Table
from stripe_django.admin.rendering.times import period, time_and_age
from stripe_django.models import Charge, Invoice, InvoiceLineItem, InvoicePayment

from .paying import charges_of
from .summary import Fact, Summary, card_of, due, hash_of

SHOWN = 10


class InvoiceSummary(Summary):
    row: Invoice
    references = ("customer", "subscription__plan__product")
    replaces = frozenset({"charges", "latest_invoice_subscriptions", "line_items", "payments"})

    def headline(self) -> Iterator[str]:
        yield self.value("total")
        yield self.value("status")
        if self._is_open and has_failed(self.row):
            yield label("failed", _("Payment failed"))

    def facts(self) -> Iterator[Fact]:
        yield _("Customer"), self.link(self.row, "customer") or self.row.customer_name or ""
        yield self.fact("number")
        yield _("Subscription"), self.link(self.row, "subscription")
        for name in ("amount_due", "amount_paid", "amount_remaining"):
            yield self.fact(name)
        yield _("Due"), due(self.row.due_date, is_over=not self._is_open)
        if self._is_open:
            yield self.fact("next_payment_attempt")
            yield self.fact("attempt_count")
        yield self.fact("paid_at")
        yield _("Reason"), self.value("billing_reason")
        yield _("Document"), self._document()
        yield self.fact("created")

    def tables(self) -> Iterator[Panel]:
        if self.may_view(InvoiceLineItem):
            yield from self._lines()
        if self.may_view(Charge, InvoicePayment):
            yield from self._paid()

    @property
    def _is_open(self) -> bool:
        return self.row.status == "open"

    def _document(self) -> str:
        if not (self.row.hosted_invoice_url or "").startswith("https://"):
            return ""
        url, text = self.row.hosted_invoice_url, _("Page for the customer")
        return format_html('<a href="{}" rel="noreferrer">{}</a>', url, text)

    def _lines(self) -> Iterator[Panel]:
        mine = self.rows(InvoiceLineItem).alive().filter(invoice=self.row.stripe_id)
        found = newest(mine, "invoice", SHOWN + 1)
        lines = [
            [
                self.to(line, str(line)),
                _period(line),
                "" if line.quantity is None else number_format(line.quantity),
                money(line.amount_money),
            ]
            for line in reversed(found[:SHOWN])
        ]
        if lines:
            headers = [_("line"), _("period"), _("quantity"), _("amount")]
            more = self._more(InvoiceLineItem, found)
            yield self.panel(_("Lines"), Table(headers, lines), more)

    def _paid(self) -> Iterator[Panel]:
        charges = charges_of(self, self._payments)
        lines = [*map(self._charged, charges[:SHOWN]), *self._uncharged(charges)]
        if lines:
            headers = [_("payment"), _("status"), _("method"), _("failure"), _("time")]
            more = self._more(InvoicePayment, self._payments)
            yield self.panel(_("Payments"), Table(headers, lines), more)

    @cached_property
    def _payments(self) -> list[Any]:
        mine = self.rows(InvoicePayment).alive().filter(invoice=self.row.stripe_id)
        return newest(mine, "invoice", SHOWN + 1)

    def _charged(self, charge: Any) -> list[str]:
        text = charge.amount_money or charge.stripe_id
        failure = charge.failure_message or charge.failure_code or ""
        when = time_and_age(charge.created) if charge.created else ""
        return [self.to(charge, text), self._status(charge), card_of(charge), failure, when]

    def _uncharged(self, charges: list[Any]) -> Iterator[list[str]]:
        """The payments without a charge: not tried yet, or by other means than Stripe."""
        charged = {key for each in charges for key in (each.stripe_id, each.payment_intent_id)}
        for payment in self._payments[:SHOWN]:
            if not {payment.charge_id, payment.payment_intent_id} & (charged - {None}):
                text = payment.amount_paid_money or payment.amount_requested_money
                link = self.to(payment, text or payment.stripe_id)
                when = time_and_age(payment.created) if payment.created else ""
                yield [link, self._status(payment), "", "", when]

    def _status(self, row: Any) -> str:
        status: Any = cell(row._meta.get_field("status"), self.model_admin.admin_site)
        return str(status(row))

    def _more(self, model: Any, found: list[Any]) -> str:
        return self.list_of(model, invoice=self.row.stripe_id) if len(found) > SHOWN else ""


def _period(line: Any) -> str:
    bounds = hash_of(line.period)
    return period(bounds.get("start"), bounds.get("end"))
