"""The summary of a payment intent: how far it has come, for whom, and what failed."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stripe_django.models import Charge, PaymentIntent

from .paying import invoice_links
from .summary import Fact, Summary, card_of, hash_of


class PaymentIntentSummary(Summary):
    row: PaymentIntent
    references = ("customer", "invoice", "latest_charge", "payment_method")
    replaces = frozenset({"invoice_payments"})

    def headline(self) -> Iterator[str]:
        yield self.value("amount")
        yield self.value("status")

    def facts(self) -> Iterator[Fact]:
        yield _("Customer"), self.link(self.row, "customer") or self.row.receipt_email or ""
        yield _("Invoice"), invoice_links(self, self.row.stripe_id)
        yield self.fact("description")
        yield _("Received"), self.value("amount_received")
        if self.row.amount_capturable:
            yield _("To be captured"), self.value("amount_capturable")
        charge = self.row.latest_charge if self.may_view(Charge) else None
        card = card_of(charge) if charge else ""
        yield _("Payment method"), self.link(self.row, "payment_method", card) or card
        yield _("Latest charge"), self.link(self.row, "latest_charge")
        yield _("Failure"), self._failure()
        yield self.fact("cancellation_reason")
        yield self.fact("created")

    def _failure(self) -> str:
        error = hash_of(self.row.last_payment_error)
        return str(error.get("message") or error.get("code") or "")
