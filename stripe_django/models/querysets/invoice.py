from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from .base import StripeManager, StripeQuerySet, related

# Payloads of 2016 have no status, and say the same by three flags.
IS_OPEN = Q(status="open") | Q(status=None, paid=False, closed=False)
UNDER_WAY = {"payment_intent": "processing", "charge": "pending"}  # the statuses of bank debits
IS_OWED = Q(amount_remaining__gt=0) | Q(amount_remaining=None, amount_due__gt=0)
OWED = Coalesce("amount_remaining", "amount_due")


class InvoiceQuerySet(StripeQuerySet):
    """Invoices."""

    def overdue(self, at: datetime | None = None) -> Self:
        """The open invoices that should have been paid by now, or by ``at``.

        Those with a due date are overdue once it is over. The others are charged by Stripe, and
        are overdue as soon as an attempt has failed. Drafts never are, nor is an invoice of which
        nothing is left to pay, nor one that is being paid: a bank debit takes days, and is
        processing until then.
        """
        is_late = Q(due_date__lt=at or timezone.now()) | Q(due_date=None, attempted=True)
        return self.alive().filter(IS_OPEN, IS_OWED, is_late).exclude(self._is_being_paid())

    def _is_being_paid(self) -> Q:
        """Whether a payment is under way, in payloads of any API version.

        Indexes find the few payments that are; nothing is looked up for each invoice.
        """
        found = Q()
        for name, rows in (("payment_intent", "payment_intents"), ("charge", "charges")):
            under_way = related(self.model, rows).filter(status=UNDER_WAY[name])
            by = {f"{name}__in": under_way.values("stripe_id")}
            payments = related(self.model, "payments").filter(~Q(status="canceled"), **by)
            found |= Q(**by)
            for each in (under_way, payments):
                invoices = each.filter(invoice__isnull=False).values("invoice")
                found |= Q(stripe_id__in=invoices)
        return found


class InvoiceManager(StripeManager.from_queryset(InvoiceQuerySet)):  # type: ignore[misc]
    """``Invoice.objects``."""
