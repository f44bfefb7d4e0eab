"""Entries of the balance by the products that their charges were for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from stripe_django.models import InvoiceLineItem, InvoicePayment
from stripe_django.models.querysets.revenue.shares import shares

from .entries import sums

CHUNK = 1_000
CHARGE = Coalesce("charges__stripe_id", "refunds__charge_id", "disputes__charge_id")
INTENT = Coalesce(
    "charges__payment_intent_id",
    "refunds__charge__payment_intent_id",
    "disputes__charge__payment_intent_id",
)
INVOICE = Coalesce(
    "charges__invoice_id", "refunds__charge__invoice_id", "disputes__charge__invoice_id"
)
COLUMNS = ("period", "currency", "charge", "intent", "invoice_of_charge")

Key = tuple[date, str, str]
Weights = Mapping[str, int]  # what an invoice bills, by product


def by_product(found: QuerySet, using: str | None) -> Iterator[tuple[Key, Sequence[int]]]:
    """Periods, currencies and products, each with the figures of one charge.

    A charge for several products is divided in the proportion of the invoice's lines; what was
    paid without an invoice has no product.
    """
    rows = sums(found.annotate(charge=CHARGE, intent=INTENT, invoice_of_charge=INVOICE), *COLUMNS)
    listed = rows.iterator(CHUNK)
    while some := list(islice(listed, CHUNK)):
        invoices = _invoices([row[2:5] for row in some], using)
        weights = _weights(set(invoices.values()), using)
        for period, currency, charge, _, _, *figures in some:
            yield from _divided(
                period, currency, weights.get(invoices.get(charge, ""), {}), figures
            )


def _divided(
    period: date, currency: str, weights: Weights, figures: Sequence[int]
) -> Iterator[tuple[Key, Sequence[int]]]:
    products = sorted(weights) or [""]
    charges, *amounts = figures
    parts = [shares(each, [weights.get(name, 1) for name in products]) for each in amounts]
    for place, name in enumerate(products):
        # A charge counts once for each product that it was for.
        yield (period, currency, name), (charges, *(part[place] for part in parts))


def _invoices(charges: Collection[Sequence[str | None]], using: str | None) -> dict[str, str]:
    """The invoice that each charge was made for, in payloads of any API version."""
    ids = {charge for charge, _, _ in charges} - {None}
    intents = {intent for _, intent, _ in charges} - {None}
    payments = InvoicePayment.objects.using(using).filter(
        Q(charge__in=ids) | Q(payment_intent__in=intents), invoice__isnull=False
    )
    found = {}
    for invoice, charge, intent in payments.values_list("invoice", "charge", "payment_intent"):
        found[charge or intent] = invoice
        found[intent or charge] = invoice
    return {
        charge: invoice
        for charge, intent, named in charges
        if charge and (invoice := named or found.get(charge) or found.get(intent))
    }


def _weights(invoices: Collection[str], using: str | None) -> dict[str, dict[str, int]]:
    lines = InvoiceLineItem.objects.using(using).alive().filter(invoice__in=invoices)
    grouped = lines.order_by().values_list("invoice", "product").annotate(Sum("amount"))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for invoice, product, amount in grouped:
        if amount and amount > 0:
            found[invoice][product or ""] = amount
    return found
