"""Payment intents and the charges that they end in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .context import Context, Payload, Reference, id_of
from .customers import Customers
from .ledger import Ledger

DECLINED = "Your card was declined."


@dataclass
class Payments:
    """Takes payments by card. ``failures`` are how many of a customer's next ones will fail.

    ``charges`` are the ids of those that succeeded, by customer, the oldest first. ``declining``
    are the payment methods whose payments fail, each with the bank's reason; of these, ``refused``
    cannot even be saved.
    """

    context: Context
    customers: Customers
    ledger: Ledger
    failures: Counter[str] = field(default_factory=Counter)
    charges: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    declining: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def charge(self, customer: Reference, amount: int, currency: str, **values: Any) -> Payload:
        """A payment of its own. Returns the charge, which may have failed."""
        customer = self.context.get("customer", customer)
        if amount <= 0:
            raise ValueError(f"A charge is of more than {amount}.")
        return self.confirm(self.intend(customer, amount, currency, **values))

    def intend(
        self, customer: Mapping[str, Any], amount: int, currency: str, **values: Any
    ) -> Payload:
        """A payment intent that was not tried yet."""
        return self.context.create(
            "payment_intent",
            event="payment_intent.created",
            **{
                "amount": amount,
                "amount_received": 0,
                "currency": currency,
                "customer": customer["id"],
                "latest_charge": None,
                "payment_method": None,
                "status": "requires_payment_method",
                **values,
            },
        )

    def confirm(self, intent: Mapping[str, Any], preferred: Reference = "") -> Payload:
        """Try it with the preferred card, or else with the customer's. Returns the charge.

        Raises ``ValueError`` if there is no card.
        """
        customer = self.context.get("customer", intent["customer"])
        method = self.customers.payment_method(customer, preferred)
        if method is None:
            raise ValueError(f"Customer {customer['id']} has no payment method: add_card() first.")
        return self.attempt(intent, customer, method)

    def attempt(
        self, intent: Mapping[str, Any], payer: Payload, method: Mapping[str, Any]
    ) -> Payload:
        """Try it with a payment method. The ``id`` of a payer who is no customer is ``None``."""
        self.context.step()
        if method["id"] in self.declining:
            return self._decline(intent, payer, method, self.declining[method["id"]])
        if self.failures[payer["id"]] > 0:
            self.failures[payer["id"]] -= 1
            return self._decline(intent, payer, method, "insufficient_funds")
        return self._succeed(intent, payer, method)

    def _succeed(
        self, intent: Mapping[str, Any], customer: Payload, method: Mapping[str, Any]
    ) -> Payload:
        amount = intent["amount"]
        values = self._values(intent, customer, method)
        entry = self.ledger.take(values)
        charge = self.context.create(
            "charge",
            event="charge.succeeded",
            **values,
            amount_captured=amount,
            balance_transaction=entry["id"],
            captured=True,
            outcome=_outcome("approved_by_network", "authorized", "Payment complete."),
            paid=True,
            status="succeeded",
        )
        self.context.update(
            intent,
            "payment_intent.succeeded",
            amount_received=amount,
            last_payment_error=None,
            latest_charge=charge["id"],
            payment_method=method["id"],
            status="succeeded",
        )
        self.charges[customer["id"]].append(charge["id"])
        return charge

    def _decline(
        self,
        intent: Mapping[str, Any],
        customer: Payload,
        method: Mapping[str, Any],
        decline_code: str,
    ) -> Payload:
        declined = {"code": "card_declined", "decline_code": decline_code}
        outcome = _outcome("declined_by_network", "issuer_declined", "The bank declined.")
        charge = self.context.create(
            "charge",
            event="charge.failed",
            **self._values(intent, customer, method),
            amount_captured=0,
            balance_transaction=None,
            captured=False,
            failure_code=declined["code"],
            failure_message=DECLINED,
            outcome={**outcome, "reason": declined["decline_code"]},
            paid=False,
            status="failed",
        )
        error = {**declined, "charge": charge["id"], "message": DECLINED, "type": "card_error"}
        self.context.update(
            intent,
            "payment_intent.payment_failed",
            last_payment_error={**error, "payment_method": dict(method)},
            latest_charge=charge["id"],
            status="requires_payment_method",
        )
        return charge

    def _values(
        self, intent: Mapping[str, Any], customer: Mapping[str, Any], method: Mapping[str, Any]
    ) -> dict[str, Any]:
        id = self.context.new_id("charge")
        card = method["card"]
        same = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
        details = {key: card[key] for key in same}
        return {
            "id": id,
            "amount": intent["amount"],
            "amount_refunded": 0,
            "billing_details": method["billing_details"],
            "currency": intent["currency"],
            "customer": customer["id"],
            "description": intent["description"],
            "disputed": False,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {
                "type": "card",
                "card": {**details, "network": card["brand"], "checks": card["checks"]},
            },
            "receipt_email": customer["email"],
            "receipt_url": f"https://pay.example.com/receipts/{id}",
            "refunded": False,
        }

    def latest(self, customer: Reference) -> Payload | None:
        """The newest charge of a customer that succeeded."""
        ids = self.charges[id_of(customer)]
        return self.context.get("charge", ids[-1]) if ids else None


def _outcome(network_status: str, type: str, message: str) -> dict[str, Any]:
    return {
        "network_status": network_status,
        "risk_level": "normal",
        "seller_message": message,
        "type": type,
    }
