"""Invoices on their way: finalized, paid or not, voided, written off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..context import Context, Payload, Reference
from ..payments import Payments


@dataclass
class Collection:
    """Collects invoices by the customer's payment method.

    ``payment_of`` are the ids of the invoice payment and of its payment intent, by invoice.
    """

    context: Context
    payments: Payments
    payment_of: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def finalize(self, invoice: Reference) -> Payload:
        """Open a draft, with the payment intent for it; one of nothing is paid at once."""
        invoice = self.context.get("invoice", invoice)
        customer = self.context.get("customer", invoice["customer"])
        self.context.step()
        balance = invoice["total"] + customer["balance"]
        due, now = max(balance, 0), self.context.now
        self._use_balance(customer, min(balance, 0), invoice)
        number, page = f"BOX-{next(self._numbers):06}", f"https://pay.example.com/{invoice['id']}"
        invoice = self.context.update(
            invoice,
            "invoice.finalized",
            amount_due=due,
            amount_remaining=due,
            automatically_finalizes_at=None,
            effective_at=now,
            ending_balance=min(balance, 0),
            hosted_invoice_url=page,
            invoice_pdf=f"{page}/pdf",
            number=number,
            starting_balance=customer["balance"],
            status="open",
            status_transitions={**invoice["status_transitions"], "finalized_at": now},
        )
        if due:
            self._intend(invoice, customer)
            return invoice
        return self.mark_paid(invoice, attempt_count=0)

    def _use_balance(self, customer: Payload, ending: int, invoice: Mapping[str, Any]) -> None:
        if customer["balance"] == ending:
            return
        self.context.create(
            "customer_balance_transaction",
            amount=ending - customer["balance"],
            currency=invoice["currency"],
            customer=customer["id"],
            ending_balance=ending,
            invoice=invoice["id"],
            type="applied_to_invoice",
        )
        self.context.update(customer, balance=ending)

    def _intend(self, invoice: Mapping[str, Any], customer: Payload) -> None:
        amount, currency = invoice["amount_due"], invoice["currency"]
        about = f"Payment for Invoice {invoice['number']}"
        intent = self.payments.intend(customer, amount, currency, description=about)
        payment = self.context.create(
            "invoice_payment",
            amount_paid=None,
            amount_requested=amount,
            currency=currency,
            invoice=invoice["id"],
            is_default=True,
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
            status="open",
            status_transitions={"canceled_at": None, "paid_at": None},
        )
        self.payment_of[invoice["id"]] = payment["id"], intent["id"]

    def pay(self, invoice: Reference) -> Payload:
        """Try to collect an open invoice. Returns it: ``paid``, or ``open`` if that failed."""
        invoice = self.context.get("invoice", invoice)
        if invoice["status"] not in ("open", "uncollectible"):
            raise ValueError(f"Invoice {invoice['id']} is {invoice['status']}, not open.")
        payment, intent = self.payment_of[invoice["id"]]
        found = self.context.get("payment_intent", intent)
        charge = self.payments.confirm(found, self._preferred(invoice))
        attempts = invoice["attempt_count"] + 1
        if not charge["paid"]:
            return self._mark_failed(invoice, attempts)
        now, amount = self.context.now, charge["amount"]
        self.context.update(
            self.context.get("invoice_payment", payment),
            "invoice_payment.paid",
            amount_paid=amount,
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": now},
        )
        return self.mark_paid(invoice, amount_paid=amount, attempt_count=attempts)

    def _preferred(self, invoice: Mapping[str, Any]) -> str:
        """The payment method of the subscription that an invoice is for, if it has one."""
        subscription = (invoice["parent"] or {}).get("subscription_details")
        if not subscription:
            return ""
        found = self.context.get("subscription", subscription["subscription"])
        return found["default_payment_method"] or ""

    def mark_paid(self, invoice: Mapping[str, Any], **values: Any) -> Payload:
        """Of an open invoice nothing is left to pay."""
        paid = self.context.update(
            invoice,
            "invoice.updated",
            amount_remaining=0,
            attempted=True,
            next_payment_attempt=None,
            status="paid",
            status_transitions={**invoice["status_transitions"], "paid_at": self.context.now},
            **values,
        )
        self.context.emit("invoice.paid", paid)
        self.context.emit("invoice.payment_succeeded", paid)
        self._set_delinquent(paid, False)
        return paid

    def _mark_failed(self, invoice: Mapping[str, Any], attempts: int) -> Payload:
        values = {"attempted": True, "attempt_count": attempts}
        failed = self.context.update(invoice, "invoice.updated", **values)
        self.context.emit("invoice.payment_failed", failed)
        self._set_delinquent(failed, True)
        return failed

    def _set_delinquent(self, invoice: Mapping[str, Any], is_delinquent: bool) -> None:
        customer = self.context.get("customer", invoice["customer"])
        if customer["delinquent"] != is_delinquent:
            self.context.update(customer, delinquent=is_delinquent)

    def schedule(self, invoice: Reference, moment: int | None) -> None:
        """Say when the next attempt will be; if there is none, collection ends."""
        invoice = self.context.get("invoice", invoice)
        changes = {"next_payment_attempt": moment, "auto_advance": moment is not None}
        self.context.update(invoice, "invoice.updated", **changes)

    def void(self, invoice: Reference) -> Payload:
        """Void an open invoice, and cancel its payment."""
        return self._end(invoice, "void", "invoice.voided", "voided_at")

    def mark_uncollectible(self, invoice: Reference) -> Payload:
        """Write an open invoice off."""
        ending = "uncollectible", "invoice.marked_uncollectible", "marked_uncollectible_at"
        return self._end(invoice, *ending)

    def _end(self, invoice: Reference, status: str, event: str, when: str) -> Payload:
        invoice = self.context.get("invoice", invoice)
        if invoice["status"] != "open":
            raise ValueError(f"Invoice {invoice['id']} is {invoice['status']}, not open.")
        moments = {**invoice["status_transitions"], when: self.context.now}
        changes = {"auto_advance": False, "next_payment_attempt": None}
        if status == "void":
            self.cancel_payment(invoice)
        ended = self.context.update(
            invoice, event, status=status, status_transitions=moments, **changes
        )
        return ended

    def cancel_payment(self, invoice: Mapping[str, Any]) -> None:
        """Cancel the payment intent of an invoice that need not be paid."""
        now = self.context.now
        payment, intent = self.payment_of[invoice["id"]]
        self.context.update(
            self.context.get("payment_intent", intent),
            "payment_intent.canceled",
            canceled_at=now,
            cancellation_reason="void_invoice",
            status="canceled",
        )
        self.context.update(
            self.context.get("invoice_payment", payment),
            status="canceled",
            status_transitions={"canceled_at": now, "paid_at": None},
        )
