"""Disputes: money that the bank takes back, until it is decided who is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .context import DAY, Context, Payload, Reference
from .ledger import Ledger

TO_RESPOND = 9 * DAY
EVIDENCE = {
    "product_description": "A membership, billed in advance.",
    "uncategorized_text": "The customer used the service after the payment.",
}
OPEN = ("needs_response", "under_review")


@dataclass
class Disputes:
    """Opens disputes. Those without a response are lost when the evidence is due."""

    context: Context
    ledger: Ledger
    ids: list[str] = field(default_factory=list)

    def create(self, charge: Reference, reason: str = "fraudulent") -> Payload:
        """A dispute over what was not refunded. Raises ``ValueError`` if there is none, or one."""
        charge = self.context.get("charge", charge)
        amount = charge["amount_captured"] - charge["amount_refunded"]
        if charge["disputed"] or amount <= 0:
            why = "it is already" if charge["disputed"] else "nothing of it is left"
            raise ValueError(f"Charge {charge['id']} cannot be disputed: {why}.")
        self.context.step()
        due_by = self.context.now // DAY * DAY + TO_RESPOND + DAY - 1
        of = {"id": self.context.new_id("dispute"), "currency": charge["currency"]}
        entry = self.ledger.withdraw({**of, "amount": amount})
        dispute = self.context.create(
            "dispute",
            event="charge.dispute.created",
            **of,
            amount=amount,
            balance_transactions=[entry],
            charge=charge["id"],
            evidence_details={
                "due_by": due_by,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": None,
            },
            is_charge_refundable=False,
            payment_intent=charge["payment_intent"],
            payment_method_details=_card(charge),
            reason=reason,
            status="needs_response",
        )
        self.ids.append(dispute["id"])
        self.context.emit("charge.dispute.funds_withdrawn", dispute)
        self.context.update(charge, "charge.updated", disputed=True)
        self.context.at(due_by, self._miss, dispute)
        return dispute

    def respond(self, dispute: Reference, **evidence: str) -> Payload:
        """Submit evidence, which is under review from then on."""
        dispute = self._open(dispute)
        given = {**dispute["evidence"], **(evidence or EVIDENCE)}
        details = {"has_evidence": True, "submission_method": "manual"}
        details["submission_count"] = dispute["evidence_details"]["submission_count"] + 1
        return self.context.update(
            dispute,
            "charge.dispute.updated",
            evidence=given,
            evidence_details={**dispute["evidence_details"], **details},
            status="under_review",
        )

    def close(self, dispute: Reference, *, won: bool) -> Payload:
        """Decide it. A won one brings the money back, but not the fee."""
        dispute = self._open(dispute)
        self.context.step()
        if not won:
            return self.context.update(dispute, "charge.dispute.closed", status="lost")
        entries = [*dispute["balance_transactions"], self.ledger.reinstate(dispute)]
        changes = {"balance_transactions": entries, "status": "won"}
        dispute = self.context.update(dispute, "charge.dispute.closed", **changes)
        self.context.emit("charge.dispute.funds_reinstated", dispute)
        return dispute

    def _open(self, dispute: Reference) -> Payload:
        found = self.context.get("dispute", dispute)
        if found["status"] not in OPEN:
            raise ValueError(f"Dispute {found['id']} is {found['status']}.")
        return found

    def _miss(self, dispute: Payload) -> None:
        """The deadline has come."""
        dispute = self.context.get("dispute", dispute)
        if dispute["status"] == "needs_response":
            details = {**dispute["evidence_details"], "past_due": True}
            self.context.update(
                dispute, "charge.dispute.closed", evidence_details=details, status="lost"
            )


def _card(charge: Mapping[str, Any]) -> dict[str, Any]:
    brand = charge["payment_method_details"]["card"]["brand"]
    card = {"brand": brand, "case_type": "chargeback", "network": brand}
    return {"type": "card", "card": {**card, "network_reason_code": "83"}}
