"""The billing portal: the request that opens it, and its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stripe_django.testing.fake.http.protocol import Request, Response

from ..billing.billing import RUNNING, item_of
from ..billing.items import name_of
from ..billing.subscriptions import Subscriptions
from ..checkout.card_numbers import CARDS, card_of
from ..checkout.payers import Payers
from ..checkout.sessions import PAGE
from ..context import HOUR, Context, Payload
from ..customers import Customers
from ..payments import DECLINED
from . import html
from .params import check_url, existing, missing, refusal, typed

OBJECT = "billing_portal.session"


@dataclass(frozen=True)
class Portal:
    """Customers cancel, return, change their card and see their invoices."""

    context: Context
    customers: Customers
    subscriptions: Subscriptions
    payers: Payers

    def open(self, request: Request, ids: tuple[str, ...]) -> Payload:
        """The new session. Raises ``RequestError``."""
        params = request.params
        if "customer" not in params:
            raise missing("customer")
        customer = existing(self.context, "customer", params["customer"], "customer")
        if "flow_data" in params:
            raise refusal("FakeStripe's billing portal has no flows.", "flow_data")
        check_url(params, "return_url")
        id = self.context.new_id(OBJECT)
        return self.context.create(
            OBJECT,
            **{
                **typed(OBJECT, request, ("customer",)),
                "id": id,
                "customer": customer["id"],
                "url": f"{self.context.stripe.address or PAGE}/p/session/{id}",
            },
        )

    def respond(self, request: Request, id: str) -> Response | None:
        """The page of a session; ``None`` for an unknown one."""
        try:
            session = self.context.get(OBJECT, id)
            customer = self.customers.known(session["customer"])
        except LookupError:
            return None
        if customer.get("deleted") or session["created"] + HOUR <= self.context.now:
            return html.page("closed", status="expired")
        if request.method == "POST":
            return self._act(session, customer, request.params)
        return self._page(session, customer)

    # What the buttons do

    def _act(self, session: Payload, customer: Payload, form: Mapping[str, Any]) -> Response:
        error = ""
        if "number" in form:
            error = self._change_card(customer, str(form["number"]))
        else:
            self._change(customer, str(form.get("subscription")), str(form.get("action")))
        if error:
            return self._page(session, customer, error)
        return html.redirect(f"/p/session/{session['id']}")

    def _change_card(self, customer: Payload, number: str) -> str:
        try:
            card = card_of(number)
        except LookupError:
            return "Your card number is invalid."
        if not card.can_be_saved:
            return DECLINED
        method = self.payers.use_card(customer, card)
        self.subscriptions.pay_by(customer, method)
        return ""

    def _change(self, customer: Payload, id: str, action: str) -> None:
        """What cannot be done any more, because the page is old, is left."""
        found = [each for each in self._subscriptions(customer) if each["id"] == id]
        for subscription in found:
            if action == "cancel" and not subscription["cancel_at_period_end"]:
                self.subscriptions.cancel(subscription, at_period_end=True)
            elif action == "reactivate" and subscription["cancel_at_period_end"]:
                self.subscriptions.reactivate(subscription)

    # What the page shows

    def _subscriptions(self, customer: Payload) -> list[Payload]:
        found = self.context.stripe.find("subscription", customer=customer["id"])
        whole = [each for each in found if each["items"]["data"]]
        return [each for each in whole if each["status"] in RUNNING]

    def _page(self, session: Payload, customer: Payload, error: str = "") -> Response:
        invoices = self.context.stripe.find("invoice", customer=customer["id"])
        method = self.customers.payment_method(customer)
        return html.page(
            "portal",
            customer=customer,
            card=method and method["card"],
            cards=CARDS.values(),
            error=error,
            invoices=[_invoice(each) for each in invoices if each["status"] != "draft"],
            return_url=session["return_url"],
            subscriptions=[self._shown(each) for each in self._subscriptions(customer)],
        )

    def _shown(self, subscription: Payload) -> dict[str, Any]:
        items = subscription["items"]["data"]
        names = (name_of(self.subscriptions.catalogue, each["price"]) for each in items)
        return {
            "id": subscription["id"],
            "name": ", ".join(names),
            "status": subscription["status"],
            "ends": subscription["cancel_at_period_end"],
            "period_end": _day(item_of(subscription)["current_period_end"]),
        }


def _invoice(invoice: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": invoice["number"],
        "day": _day(invoice["created"]),
        "status": invoice["status"],
        "total": html.money(invoice["total"], invoice["currency"]),
    }


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
