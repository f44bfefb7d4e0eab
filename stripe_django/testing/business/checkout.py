"""Checkout sessions: opened, and then completed or expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .amounts import Bill, Line
from .billing.items import name_of
from .billing.subscriptions import Subscriptions
from .catalogue import Catalogue
from .context import DAY, Context, Payload, Reference
from .customers import Customers, billing_details
from .payments import Payments

PAGE = "https://checkout.example.com"


@dataclass
class Checkout:
    """Opens checkout sessions for one price each. After a day an open one expires."""

    context: Context
    catalogue: Catalogue
    customers: Customers
    payments: Payments
    subscriptions: Subscriptions
    _lines: dict[str, Line] = field(default_factory=dict)

    def open(
        self,
        price: Reference,
        *,
        customer: Reference = "",
        quantity: int = 1,
        currency: str = "eur",
        **values: Any,
    ) -> Payload:
        """A session in which a price is bought, or subscribed to if it recurs."""
        known = self.context.get("customer", customer) if customer else None
        currency = self.customers.currency(known) if known else currency
        found = self.catalogue.price(price, currency)
        id, bill = self.context.new_id("checkout.session"), self._bill(found, quantity, currency)
        recurs = found["recurring"] is not None
        session = self.context.create(
            "checkout.session",
            **{
                "id": id,
                "amount_subtotal": bill.subtotal,
                "amount_total": bill.total,
                "currency": found["currency"],
                "customer": known["id"] if known else None,
                "customer_creation": None if known else "always",
                "customer_details": None,
                "expires_at": self.context.now + DAY,
                "mode": "subscription" if recurs else "payment",
                "payment_status": "unpaid",
                "status": "open",
                "success_url": "https://example.com/thanks",
                "total_details": {
                    "amount_discount": 0,
                    "amount_shipping": 0,
                    "amount_tax": bill.tax,
                },
                "ui_mode": "hosted_page",
                "url": f"{PAGE}/{id}",
                **values,
            },
        )
        self._list(session, bill.lines[0])
        self.context.at(session["expires_at"], self._lapse, session["id"])
        return session

    def _bill(self, price: Payload, quantity: int, currency: str) -> Bill:
        now = self.context.now
        amount, name = price["unit_amount"] * quantity, name_of(self.catalogue, price)
        line = Line(amount, name, (now, now), {}, quantity, price)
        return Bill([line], (), self.catalogue.tax_rates.get(currency))

    def _list(self, session: Mapping[str, Any], line: Line) -> None:
        assert line.price is not None
        rate = self.catalogue.tax_rates.get(session["currency"])
        taxes = [{"amount": line.tax, "rate": rate, "taxable_amount": line.rest}] if rate else []
        self.context.create(
            "item",
            amount_discount=0,
            amount_subtotal=line.amount,
            amount_tax=line.tax,
            amount_total=line.amount + line.tax,
            currency=session["currency"],
            description=line.description,
            price=line.price,
            quantity=line.quantity,
            taxes=taxes,
            within=session["id"],
        )
        self._lines[session["id"]] = line

    def complete(self, session: Reference, **customer: Any) -> Payload:
        """The customer pays. A new ``customer`` has these values.

        A card that is declined leaves the session open. Raises ``ValueError`` if it is not open.
        """
        session = self._opened(session)
        payer = self._payer(session, customer)
        buy = self._subscribe if session["mode"] == "subscription" else self._pay
        bought = buy(session, payer)
        if not bought:
            return session
        return self.context.update(
            session,
            "checkout.session.completed",
            customer=payer["id"],
            customer_details=_details(payer),
            status="complete",
            url=None,
            **bought,
        )

    def expire(self, session: Reference) -> Payload:
        """Close a session that nobody completed."""
        session = self._opened(session)
        changes = {"status": "expired", "url": None, "expires_at": self.context.now}
        return self.context.update(session, "checkout.session.expired", **changes)

    def _opened(self, session: Reference) -> Payload:
        found = self.context.get("checkout.session", session)
        if found["status"] != "open":
            raise ValueError(f"Checkout session {found['id']} is {found['status']}, not open.")
        return found

    def _lapse(self, id: str) -> None:
        if self.context.get("checkout.session", id)["status"] == "open":
            self.expire(id)

    def _payer(self, session: Mapping[str, Any], values: Mapping[str, Any]) -> Payload:
        if not session["customer"]:
            email = {"email": session["customer_email"]} if session["customer_email"] else {}
            return self.customers.create(session["currency"], **{**email, **values})
        customer = self.context.get("customer", session["customer"])
        has_card = self.customers.payment_method(customer) is not None
        return customer if has_card else self.customers.add_card(customer)

    def _pay(self, session: Mapping[str, Any], payer: Payload) -> dict[str, Any]:
        about = self._lines[session["id"]].description
        charge = self.payments.charge(
            payer, session["amount_total"], session["currency"], description=about
        )
        paid = {"payment_intent": charge["payment_intent"], "payment_status": "paid"}
        return paid if charge["paid"] else {}

    def _subscribe(self, session: Mapping[str, Any], payer: Payload) -> dict[str, Any]:
        line = self._lines[session["id"]]
        assert line.price is not None
        made = self.subscriptions.create(payer, line.price, quantity=line.quantity)
        if made["status"] == "incomplete":
            return {}
        paid = {"invoice": made["latest_invoice"], "payment_status": "paid"}
        return {**paid, "subscription": made["id"]}


def _details(customer: Mapping[str, Any]) -> dict[str, Any]:
    return {**billing_details(customer), "tax_exempt": "none", "tax_ids": []}
