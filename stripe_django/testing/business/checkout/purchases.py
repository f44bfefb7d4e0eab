"""What a checkout session makes when it is paid: a payment, a subscription, a saved card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..billing.subscriptions import Subscriptions
from ..context import Context, Payload
from ..payments import Payments
from .orders import Order


@dataclass
class Purchases:
    """Carries out what the page of a session was opened for."""

    context: Context
    payments: Payments
    subscriptions: Subscriptions

    def buy(
        self,
        session: Mapping[str, Any],
        order: Order,
        payer: Payload,
        method: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The keys that the session gets when it is complete; none if the card is declined."""
        if not session["amount_total"] and method["id"] in self.payments.refused:
            return {}
        match session["mode"]:
            case "subscription":
                return self._subscribe(order, payer, method)
            case "payment":
                return self._pay(session, order, payer, method)
        return self._save(order, payer, method)

    def _pay(
        self,
        session: Mapping[str, Any],
        order: Order,
        payer: Payload,
        method: Mapping[str, Any],
    ) -> dict[str, Any]:
        if not session["amount_total"]:
            return {"payment_status": "no_payment_required"}
        intent = self._intent(session, order, payer)
        charge = self.payments.attempt(intent, payer, method)
        return {"payment_intent": intent["id"]} if charge["paid"] else {}

    def _intent(self, session: Mapping[str, Any], order: Order, payer: Payload) -> Payload:
        """The payment intent of the session, which a second attempt uses again."""
        if known := order.made.get("payment_intent"):
            return self.context.get("payment_intent", known)
        values = {"description": order.description, **order.intent}
        amount, currency = session["amount_total"], session["currency"]
        intent = self.payments.intend(payer, amount, currency, **values)
        order.made["payment_intent"] = intent["id"]
        return intent

    def _subscribe(self, order: Order, payer: Payload, method: Mapping[str, Any]) -> dict[str, Any]:
        made = self._subscription(order, payer, method)
        if made["status"] == "incomplete":
            return {}
        return {"invoice": made["latest_invoice"], "subscription": made["id"]}

    def _subscription(self, order: Order, payer: Payload, method: Mapping[str, Any]) -> Payload:
        """The subscription of the session; of one that a second attempt finds, the rest is paid."""
        if known := order.made.get("subscription"):
            found = self.context.get("subscription", known)
            if found["status"] == "incomplete":
                changes = {"default_payment_method": method["id"]}
                found = self.subscriptions.billing.update(found, **changes)
                return self.subscriptions.billing.pay_first(found)
        [(price, quantity), *also] = order.recurring
        made = self.subscriptions.create(
            payer,
            price,
            quantity=quantity,
            trial_days=order.trial_days,
            also=also,
            once=order.once,
            **order.discount,
            **{"default_payment_method": method["id"], **order.subscription},
        )
        order.made["subscription"] = made["id"]
        return made

    def _save(self, order: Order, payer: Payload, method: Mapping[str, Any]) -> dict[str, Any]:
        intent = self.context.create(
            "setup_intent",
            event="setup_intent.created",
            **{
                "customer": payer["id"],
                "payment_method": method["id"],
                "status": "succeeded",
                "usage": "off_session",
                **order.intent,
            },
        )
        self.context.emit("setup_intent.succeeded", intent)
        return {"setup_intent": intent["id"]}
