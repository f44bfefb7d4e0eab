"""What pays an invoice, in payloads of any API version; each query reads an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from stripe_django.admin.relations import SCANNED, age
from stripe_django.models import Charge, Invoice, InvoicePayment

from .summary import Summary, joined


def invoice_links(summary: Summary, intent: str | None, charge: str | None = None) -> str:
    """Links to the invoices that a payment was made for: today by way of invoice payments."""
    found = [summary.link(summary.row, "invoice")] if summary.row.invoice_id else []
    if summary.may_view(InvoicePayment, Invoice):
        for payment in _payments(summary, intent, charge):
            link = summary.link(payment, "invoice")
            if link not in found:
                found.append(link)
    return joined(found)


def charges_of(summary: Summary, payments: list[Any]) -> list[Any]:
    """The charges made for an invoice, failed ones too, the newest first."""
    invoice = summary.row
    ids = {invoice.charge_id, *(each.charge_id for each in payments)} - {None}
    intents = {invoice.payment_intent_id, *(each.payment_intent_id for each in payments)} - {None}
    made = Q(invoice=invoice.stripe_id)
    if ids:
        made |= Q(stripe_id__in=ids)
    if intents:
        made |= Q(payment_intent__in=intents)
    found = summary.rows(Charge).filter(made).order_by()[:SCANNED]
    return sorted(found, key=age, reverse=True)


def _payments(summary: Summary, intent: str | None, charge: str | None) -> Iterator[Any]:
    made = Q(pk=None)
    if intent:
        made |= Q(payment_intent=intent)
    if charge:
        made |= Q(charge=charge)
    yield from summary.rows(InvoicePayment).filter(made).select_related("invoice").order_by()[:10]
