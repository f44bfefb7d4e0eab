"""Declined cards: what exists after a payment that failed, and the error that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from ..http.protocol import PAYMENT_REQUIRED, Request, RequestError, missing
from ..routes import Match
from ..store import Record

if TYPE_CHECKING:
    from ..api import RequestHandler

INTENT = "payment_intent"
PAYMENTS = re.compile(
    r"/v1/(charges|subscriptions|payment_intents/[^/]+/confirm|invoices/[^/]+/pay)"
)


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card is declined."""

    code: str
    decline_code: str
    message: str

    def is_for(self, request: Request) -> bool:
        """Whether a request charges a card."""
        if request.method != "POST":
            return False
        if request.path == "/v1/payment_intents":
            return str(request.params.get("confirm")).lower() == "true"
        return PAYMENTS.fullmatch(request.path) is not None

    @property
    def values(self) -> dict[str, str]:
        """As an error has them."""
        return {
            "type": "card_error",
            "code": self.code,
            "decline_code": self.decline_code,
            "message": self.message,
        }


def declined(handler: RequestHandler, match: Match, decline: Decline) -> NoReturn:
    """Carry out a payment so far as it gets. Always raises ``RequestError``."""
    details: dict[str, Any] = {}
    if match.names == ("charge",):
        details["charge"] = _charge(handler, decline, handler.values("charge")).id
    elif match.names == (INTENT,):
        intent = _attempt(handler, _intent(handler, match), decline)
        details["charge"] = intent.payload["latest_charge"]
        details[INTENT] = handler.engine.serializer.serialize(intent)
    raise RequestError(PAYMENT_REQUIRED, **decline.values, **details)


def _intent(handler: RequestHandler, match: Match) -> Record:
    """The payment intent of the request, which may be new."""
    if match.ids:
        found = handler.subject(match)
        if found is None:
            raise missing(handler.request.path, match.ids[-1])
        return found
    fresh = {"amount_received": 0, "latest_charge": None, "status": "requires_confirmation"}
    values = {**handler.values(INTENT), **fresh}
    created = f"{INTENT}.created"
    return handler.engine.create(INTENT, handler.namespace, values, event=created)


def _attempt(handler: RequestHandler, intent: Record, decline: Decline) -> Record:
    """The intent after a charge that failed."""
    same = ("amount", "currency", "customer", "description", "metadata", "payment_method")
    copied = {key: intent.payload.get(key) for key in same}
    charge = _charge(handler, decline, {**copied, INTENT: intent.id})
    changes = {
        "last_payment_error": {**decline.values, "charge": charge.id},
        "latest_charge": charge.id,
        "status": "requires_payment_method",
    }
    return handler.engine.update(intent, changes, f"{INTENT}.payment_failed")


def _charge(handler: RequestHandler, decline: Decline, values: dict[str, Any]) -> Record:
    failure = {
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": False,
        "disputed": False,
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": {
            "network_status": "declined_by_network",
            "reason": decline.decline_code,
            "risk_level": "normal",
            "seller_message": "The bank declined the payment.",
            "type": "issuer_declined",
        },
        "paid": False,
        "refunded": False,
        "status": "failed",
    }
    values = {**values, **failure}
    return handler.engine.create("charge", handler.namespace, values, event="charge.failed")
