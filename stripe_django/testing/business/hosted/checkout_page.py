"""The page of a checkout session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django.testing.fake.http.protocol import Request, Response

from ..checkout.card_numbers import CARDS, CardNumber, card_of
from ..checkout.sessions import Checkout
from ..context import Context, Payload
from ..payments import DECLINED
from . import html
from .params import EMAIL

BUTTONS = {"payment": "Pay", "setup": "Save card", "subscription": "Subscribe"}


@dataclass(frozen=True)
class CheckoutPage:
    """What is sold, a field for the number of a card, and what becomes of the visit."""

    context: Context
    checkouts: Checkout

    def respond(self, request: Request, id: str) -> Response | None:
        """``None`` for an unknown session."""
        try:
            session = self.checkouts.lapse(id)
        except LookupError:
            return None
        if session["status"] == "complete" and request.method == "POST":
            return html.redirect(
                self.checkouts.success_url(session)
            )  # the button was pressed twice
        if session["status"] != "open":
            return html.page("closed", status=session["status"])
        if request.method == "POST":
            return self._pay(session, request.params)
        return self._page(session)

    def _pay(self, session: Payload, form: Mapping[str, Any]) -> Response:
        email = self._email(session) or str(form.get("email", "")).strip()
        try:
            card = card_of(str(form.get("number", "")))
        except LookupError:
            return self._page(session, "Your card number is invalid.", email)
        if session["mode"] != "setup" and not EMAIL.fullmatch(email):
            return self._page(session, "Your e-mail address is invalid.", email)
        return self._complete(session, card, email)

    def _complete(self, session: Payload, card: CardNumber, email: str) -> Response:
        payer = {"address": None, "email": email or None, "name": None}
        try:
            done = self.checkouts.complete(session, card=card, **payer)
        except ValueError as error:  # the customer got an invoice in another currency meanwhile
            return self._page(session, str(error), email)
        if done["status"] == "open":
            return self._page(session, DECLINED, email)
        return html.redirect(self.checkouts.success_url(done))

    def _email(self, session: Mapping[str, Any]) -> str:
        """What is known and cannot be changed on the page."""
        if session["customer"]:
            return self.context.get("customer", session["customer"])["email"] or ""
        return session["customer_email"] or ""

    def _page(self, session: Payload, error: str = "", email: str = "") -> Response:
        order = self.checkouts.order(session)
        is_trial = bool(order.trial_days)
        return html.page(
            "checkout",
            session=session,
            error=error,
            known_email=self._email(session),
            email=email,
            button="Start trial" if is_trial else BUTTONS[session["mode"]],
            trial_days=order.trial_days,
            cards=CARDS.values(),
            **self._sums(session),
        )

    def _sums(self, session: Payload) -> dict[str, Any]:
        """The lines and the total as text."""
        order, currency = self.checkouts.order(session), session["currency"]
        if not order.items:
            return {"lines": [], "sums": [], "total": ""}
        lines = [
            {
                "description": line.description,
                "quantity": line.quantity,
                "price": _price(line.price or {}),
                "amount": html.money(line.amount, currency),
            }
            for line in order.bill.lines
        ]
        details = session["total_details"]
        sums = [
            ("Discount", -details["amount_discount"]),
            ("Tax", details["amount_tax"]),
        ]
        shown = [(name, html.money(amount, currency)) for name, amount in sums if amount]
        return {
            "lines": lines,
            "sums": shown,
            "total": html.money(session["amount_total"], currency),
        }


def _price(price: Mapping[str, Any]) -> str:
    """Such as ``€9.00 per month`` or ``€90.00 per 2 years``."""
    amount = html.money(price["unit_amount"], price["currency"])
    recurring = price["recurring"]
    if not recurring:
        return amount
    count, interval = recurring["interval_count"], recurring["interval"]
    return f"{amount} per {interval if count == 1 else f'{count} {interval}s'}"
