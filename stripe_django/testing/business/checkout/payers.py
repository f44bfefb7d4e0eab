"""Who pays in a checkout session, and by which card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..context import Context, Payload
from ..customers import Customers, billing_details
from ..payments import Payments
from .card_numbers import CardNumber
from .orders import Order

GUEST = dict.fromkeys(("id", "address", "email", "name", "phone"))


@dataclass
class Payers:
    """Finds or makes the customer of a checkout session."""

    context: Context
    customers: Customers
    payments: Payments

    def payer(
        self,
        session: Mapping[str, Any],
        order: Order,
        card: CardNumber | None,
        values: Mapping[str, Any],
    ) -> tuple[Payload, Payload]:
        """The customer, or a guest whose ``id`` is ``None``, and the payment method.

        A second attempt to pay is the same customer's.
        """
        given = {"email": session["customer_email"]} if session["customer_email"] else {}
        known = session["customer"] or order.made.get("customer")
        if not known and session["customer_creation"] != "always":
            guest: Payload = {**GUEST, **values, **given}
            return guest, self._marked(self.customers.passing_card(guest, **_values(card)), card)
        if known:
            customer = self._known(known, values)
        else:
            currency, has_card = session["currency"] or "eur", card is None
            customer = self.customers.create(currency, has_card=has_card, **{**given, **values})
        order.made["customer"] = customer["id"]
        if customer["currency"] is None and session["currency"]:
            self.customers.bill_in(customer, session["currency"])
        return self._with_card(customer, card, session["mode"])

    def use_card(self, customer: Payload, card: CardNumber) -> Payload:
        """A new card of a customer, who pays by it from now on. Returns the payment method."""
        customer = self.customers.add_card(customer, **card.values)
        return self._marked(self.customers.payment_method(customer) or {}, card)

    def _known(self, id: str, values: Mapping[str, Any]) -> Payload:
        """A customer, who gets the e-mail address of the page if there was none."""
        customer = self.customers.known(id)
        if customer["email"] or not values.get("email"):
            return customer
        return self.context.update(customer, email=values["email"])

    def _with_card(
        self, customer: Payload, card: CardNumber | None, mode: str
    ) -> tuple[Payload, Payload]:
        """A new card is saved, and not made the customer's default; for one payment not even that.

        Without one, the customer's is used.
        """
        if card and mode == "payment":
            return customer, self._marked(
                self.customers.passing_card(customer, **card.values), card
            )
        if card or mode == "setup":
            method = self.customers.attach_card(customer, **_values(card))
            return customer, self._marked(method, card)
        if self.customers.payment_method(customer) is None:
            customer = self.customers.add_card(customer)
        return customer, self.customers.payment_method(customer) or {}

    def _marked(self, method: Payload, card: CardNumber | None) -> Payload:
        """A payment method of which the payments know whether the bank will decline it."""
        if card and card.decline_code:
            self.payments.declining[method["id"]] = card.decline_code
            if not card.can_be_saved:
                self.payments.refused.add(method["id"])
        return method


def _values(card: CardNumber | None) -> dict[str, str]:
    return card.values if card else {}


def details(payer: Mapping[str, Any]) -> dict[str, Any]:
    """The payer as a session shows them."""
    return {**billing_details(payer), "tax_exempt": "none", "tax_ids": []}
