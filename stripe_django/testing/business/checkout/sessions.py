"""Checkout sessions: opened, and then completed or expired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..context import DAY, Context, Payload, Reference
from ..customers import Customers
from .card_numbers import CardNumber
from .orders import Order, Orders
from .payers import Payers, details
from .purchases import Purchases

PAGE = "https://checkout.example.com"


@dataclass
class Checkout:
    """Opens checkout sessions, and closes them. After a day an open one expires."""

    context: Context
    customers: Customers
    orders: Orders
    payers: Payers
    purchases: Purchases
    _orders: dict[str, Order] = field(default_factory=dict)

    def open(
        self,
        items: Sequence[tuple[Reference, int]],
        *,
        mode: str = "",
        customer: Reference = "",
        currency: str = "eur",
        order: Mapping[str, Any] = {},
        **values: Any,
    ) -> Payload:
        """A session in which prices are bought, each so many times, or subscribed to if one recurs.

        ``mode`` is ``setup`` if there are none. ``order`` are other values of the ``Order``, and
        ``values`` are keys of the session.
        """
        known = self.customers.known(customer) if customer else None
        currency = self.customers.currency(known) if known and items else currency
        made = self.orders.make(items, currency, **order)
        mode = mode or ("subscription" if made.recurring else "payment")
        id = self.context.new_id("checkout.session")
        session = self.context.create(
            "checkout.session",
            **{
                **made.amounts(),
                "id": id,
                "client_secret": None,
                "customer": known["id"] if known else None,
                "customer_creation": None if known else "always",
                "customer_details": None,
                "expires_at": self.context.now + DAY,
                "mode": mode,
                "payment_status": "unpaid",
                "status": "open",
                "success_url": "https://example.com/thanks",
                "ui_mode": "hosted_page",
                "url": f"{self.context.stripe.address or PAGE}/c/pay/{id}",
                **values,
            },
        )
        self.orders.list_in(session, made)
        self._orders[id] = made
        self.context.at(session["expires_at"], self.lapse, id)
        return session

    def order(self, session: Reference) -> Order:
        """What a session sells."""
        return self._orders[self.session(session)["id"]]

    def session(self, session: Reference) -> Payload:
        """A session by itself, by its id, or by the URL of its page. Raises ``LookupError``."""
        named = session.rpartition("/")[2] if isinstance(session, str) else session
        return self.context.get("checkout.session", named)

    def complete(
        self, session: Reference, *, card: CardNumber | None = None, **customer: Any
    ) -> Payload:
        """The customer pays, by a new card if one is given. A new ``customer`` has these values.

        A card that is declined leaves the session open. Raises ``ValueError`` if it is not open.
        """
        session = self._opened(session)
        order = self._orders[session["id"]]
        payer, method = self.payers.payer(session, order, card, customer)
        bought = self.purchases.buy(session, order, payer, method)
        if not bought:
            return self.context.get("checkout.session", session)
        return self.context.update(
            session,
            "checkout.session.completed",
            customer=payer["id"],
            customer_details=details(payer),
            status="complete",
            url=None,
            **bought,
        )

    @staticmethod
    def success_url(session: Mapping[str, Any]) -> str:
        """Where a browser is led to when the session is complete."""
        return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])

    def expire(self, session: Reference) -> Payload:
        """Close a session that nobody completed."""
        session = self._opened(session)
        changes = {"status": "expired", "url": None, "expires_at": self.context.now}
        return self.context.update(session, "checkout.session.expired", **changes)

    def lapse(self, session: Reference) -> Payload:
        """Close a session whose time is over, if it is open."""
        found = self.session(session)
        is_due = found["status"] == "open" and found["expires_at"] <= self.context.now
        return self.expire(found) if is_due else found

    def _opened(self, session: Reference) -> Payload:
        found = self.session(session)
        if found["status"] != "open":
            raise ValueError(f"Checkout session {found['id']} is {found['status']}, not open.")
        return found
