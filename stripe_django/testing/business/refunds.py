"""Refunds of charges, and the credit notes that some of them are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from .amounts import share_of
from .billing.collection import Collection
from .context import Context, Payload, Reference
from .ledger import Ledger


@dataclass
class Refunds:
    """Gives money back."""

    context: Context
    ledger: Ledger
    collection: Collection

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def create(
        self, charge: Reference, amount: int | None = None, reason: str = "requested_by_customer"
    ) -> Payload:
        """Give back an amount of a charge, or all that is left of it.

        Raises ``ValueError`` if there is less left, or if the charge is disputed.
        """
        charge = self.context.get("charge", charge)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = left if amount is None else amount
        if charge["disputed"] or not 0 < amount <= left:
            why = "it is disputed" if charge["disputed"] else f"{left} is left"
            raise ValueError(f"Charge {charge['id']} cannot give back {amount}: {why}.")
        self.context.step()
        refund = self._refund(charge, amount, reason)
        refunded = charge["amount_refunded"] + amount
        is_whole = refunded == charge["amount_captured"]
        changes = {"amount_refunded": refunded, "refunded": is_whole}
        self.context.update(charge, "charge.refunded", **changes)
        return refund

    def _refund(self, charge: Mapping[str, Any], amount: int, reason: str) -> Payload:
        id, entry = self.context.new_id("refund"), self.context.new_id("balance_transaction")
        details = {"type": "card", "card": {"type": "refund", "reference_status": "pending"}}
        refund = self.context.create(
            "refund",
            event="refund.created",
            id=id,
            amount=amount,
            balance_transaction=entry,
            charge=charge["id"],
            currency=charge["currency"],
            customer=charge["customer"],
            destination_details=details,
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            status="succeeded",
        )
        self.ledger.give_back(refund)
        return refund

    def credit(self, invoice: Reference, amount: int | None = None) -> Payload:
        """A credit note over an amount of an invoice, or over all that is left of it.

        What was paid is refunded; what was not need not be paid. Raises ``ValueError`` for other
        invoices than open and paid ones, and if there is less left.
        """
        invoice = self.context.get("invoice", invoice)
        is_paid = invoice["status"] == "paid"
        left = invoice["amount_paid"] - invoice["post_payment_credit_notes_amount"]
        left = left if is_paid else invoice["amount_remaining"]
        amount = left if amount is None else amount
        if invoice["status"] not in ("open", "paid") or not 0 < amount <= left:
            raise ValueError(
                f"Invoice {invoice['id']} is {invoice['status']}, with {left} left to credit."
            )
        self.context.step()
        refund = self.create(self._charge_of(invoice), amount) if is_paid else None
        note = self._note(invoice, amount, refund)
        self._take_off(invoice, amount, is_paid=is_paid)
        return note

    def _charge_of(self, invoice: Mapping[str, Any]) -> str:
        _, intent = self.collection.payment_of[invoice["id"]]
        return str(self.context.get("payment_intent", intent)["latest_charge"])

    def _note(self, invoice: Mapping[str, Any], amount: int, refund: Payload | None) -> Payload:
        taxes = invoice["total_taxes"] or []
        tax = share_of(amount, sum(each["amount"] for each in taxes), invoice["total"])
        net, number = amount - tax, f"{invoice['number']}-CN-{next(self._numbers):02}"
        parts = [{**each, "amount": tax, "taxable_amount": net} for each in taxes]
        line = {
            "id": self.context.new_id("credit_note_line_item"),
            "amount": net,
            "description": f"Credit for {invoice['number']}",
            "quantity": 1,
            "taxes": parts,
            "type": "custom_line_item",
            "unit_amount": net,
            "unit_amount_decimal": str(net),
        }
        refunded = [
            {"amount_refunded": amount, "refund": each["id"], "type": "refund"}
            for each in (refund,)
            if each
        ]
        return self.context.create(
            "credit_note",
            event="credit_note.created",
            amount=amount,
            currency=invoice["currency"],
            customer=invoice["customer"],
            effective_at=self.context.now,
            invoice=invoice["id"],
            lines={"data": [line]},
            number=number,
            post_payment_amount=amount if refund else 0,
            pre_payment_amount=0 if refund else amount,
            reason="order_change",
            refunds=refunded,
            subtotal=net,
            subtotal_excluding_tax=net,
            total=amount,
            total_excluding_tax=net,
            total_taxes=parts,
            type="post_payment" if refund else "pre_payment",
        )

    def _take_off(self, invoice: Payload, amount: int, *, is_paid: bool) -> None:
        if is_paid:
            credited = invoice["post_payment_credit_notes_amount"] + amount
            credits = {"post_payment_credit_notes_amount": credited}
            self.context.update(invoice, "invoice.updated", **credits)
            return
        left = invoice["amount_remaining"] - amount
        invoice = self.context.update(
            invoice,
            "invoice.updated",
            amount_due=invoice["amount_due"] - amount,
            amount_remaining=left,
            pre_payment_credit_notes_amount=invoice["pre_payment_credit_notes_amount"] + amount,
        )
        payment, intent = self.collection.payment_of[invoice["id"]]
        if not left:
            self.collection.cancel_payment(invoice)
            self.collection.mark_paid(invoice)
            return
        get, change = self.context.get, self.context.update
        change(get("payment_intent", intent), amount=left)
        change(get("invoice_payment", payment), amount_requested=left)
