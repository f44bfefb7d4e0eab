"""Drafts of invoices, with everything on them added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..amounts import Bill, Cut, Line
from ..catalogue import Catalogue
from ..context import DAY, HOUR, Context, Payload, Reference
from ..customers import Customers

NEVER = dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"))
OF_CUSTOMER = ("address", "email", "name", "phone", "tax_exempt")


@dataclass
class Invoices:
    """Makes drafts of invoices."""

    context: Context
    catalogue: Catalogue
    customers: Customers

    def draft(
        self,
        customer: Reference,
        lines: Sequence[Line],
        reason: str,
        *,
        subscription: str = "",
        cuts: Sequence[Cut] = (),
        days_until_due: int | None = None,
    ) -> Payload:
        """A draft of an invoice with these lines; their invoice items are on it from now on."""
        customer = self._billed(customer)
        currency = customer["currency"]
        bill = Bill(lines, cuts, self.catalogue.tax_rates.get(currency))
        id, now = self.context.new_id("invoice"), self.context.now
        due = max(bill.total + customer["balance"], 0)
        invoice = self.context.create(
            "invoice",
            id=id,
            **bill.values(),
            **self._of_customer(customer),
            **_collected(now, days_until_due),
            amount_due=due,
            amount_paid=0,
            amount_remaining=due,
            attempt_count=0,
            attempted=False,
            auto_advance=True,
            billing_reason=reason,
            currency=currency,
            lines={"data": [self._line(bill, line, id, currency) for line in lines]},
            parent=_parent(subscription),
            period_end=now,
            period_start=min((line.period[0] for line in lines), default=now),
            starting_balance=customer["balance"],
            status="draft",
            status_transitions=NEVER,
        )
        self._take_up(lines, id)
        return invoice

    def _billed(self, customer: Reference) -> Payload:
        """The customer, who has a currency from the first invoice on."""
        customer = self.context.get("customer", customer)
        if customer["currency"]:
            return customer
        return self.context.update(customer, currency=self.customers.currency(customer))

    def _of_customer(self, customer: Mapping[str, Any]) -> dict[str, Any]:
        names = {f"customer_{key}": customer[key] for key in OF_CUSTOMER}
        account = {"account_country": "DE", "account_name": "Business in a Box"}
        return {**names, **account, "customer": customer["id"], "customer_tax_ids": []}

    def _line(self, bill: Bill, line: Line, invoice: str, currency: str) -> dict[str, Any]:
        id, values = self.context.new_id("line_item"), bill.line_values(line, currency)
        details = line.parent.get("subscription_item_details") or {}
        subscription = details.get("subscription")
        return {"id": id, "invoice": invoice, "subscription": subscription, **values}

    def _take_up(self, lines: Sequence[Line], invoice: str) -> None:
        for line in lines:
            item = line.invoice_item
            if item:
                self.context.update(self.context.get("invoiceitem", item), invoice=invoice)


def _collected(now: int, days_until_due: int | None) -> dict[str, Any]:
    finalizes = {"automatically_finalizes_at": now + HOUR}
    if days_until_due is None:
        return {**finalizes, "collection_method": "charge_automatically", "due_date": None}
    due_date = now + days_until_due * DAY
    return {**finalizes, "collection_method": "send_invoice", "due_date": due_date}


def _parent(subscription: str) -> dict[str, Any] | None:
    if not subscription:
        return None
    return {
        "type": "subscription_details",
        "subscription_details": {"subscription": subscription, "metadata": {}},
    }
