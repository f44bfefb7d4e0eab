"""The balance: every movement of money, what it costs, and what can be paid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_django.testing.fake.control import is_live
from stripe_django.testing.sample_payloads import payload

from .amounts import percent_of
from .catalogue import CURRENCIES
from .context import DAY, Context, Payload

CARD_FEES = {"eur": ("1.5", 25), "usd": ("2.9", 30), "jpy": ("3.6", 0)}  # percent, and on top
DISPUTE_FEES = {"eur": 2_000, "usd": 1_500, "jpy": 1_300}
DAYS_UNTIL_AVAILABLE = {"eur": 3, "usd": 2, "jpy": 4}
CATEGORIES = {"adjustment": "dispute"}


@dataclass
class Ledger:
    """Makes balance transactions, and keeps the balance as their sum."""

    context: Context
    unpaid: list[Payload] = field(default_factory=list)
    _available: Counter[str] = field(default_factory=Counter)
    _pending: Counter[str] = field(default_factory=Counter)
    _days: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._balance = payload("balance", livemode=is_live(self.context.stripe.key))
        self._put_balance()

    def take(self, charge: Mapping[str, Any]) -> Payload:
        """What a charge brings in."""
        percent, fixed = CARD_FEES[charge["currency"]]
        fee = percent_of(charge["amount"], percent) + fixed
        detail = _fee(fee, charge["currency"], "Stripe processing fees")
        return self.book("charge", charge, charge["amount"], [detail])

    def give_back(self, refund: Mapping[str, Any]) -> Payload:
        """What a refund takes away."""
        return self.book("refund", refund, -refund["amount"], id=refund["balance_transaction"])

    def withdraw(self, dispute: Mapping[str, Any]) -> Payload:
        """What a dispute takes away, with its fee."""
        fee = DISPUTE_FEES[dispute["currency"]]
        detail = _fee(fee, dispute["currency"], "Dispute fee")
        return self.book("adjustment", dispute, -dispute["amount"], [detail])

    def reinstate(self, dispute: Mapping[str, Any]) -> Payload:
        """What comes back when a dispute is won; the fee does not."""
        category = "dispute_reversal"
        return self.book("adjustment", dispute, dispute["amount"], reporting_category=category)

    def book(
        self,
        type: str,
        source: Mapping[str, Any],
        amount: int,
        fee_details: Sequence[dict[str, Any]] = (),
        **values: Any,
    ) -> Payload:
        """A movement of money that will be available in some days."""
        available_on = (
            self.context.now // DAY * DAY + DAYS_UNTIL_AVAILABLE[source["currency"]] * DAY
        )
        entry = self._entry(
            type, source, amount, fee_details, available_on=available_on, status="pending", **values
        )
        self.unpaid.append(entry)
        self._pending[entry["currency"]] += entry["net"]
        self._put_balance()
        if available_on not in self._days:
            self._days.add(available_on)
            self.context.at(available_on, self.make_available)
        return entry

    def _entry(
        self,
        type: str,
        source: Mapping[str, Any],
        amount: int,
        fee_details: Sequence[dict[str, Any]] = (),
        **values: Any,
    ) -> Payload:
        fee = sum(each["amount"] for each in fee_details)
        usual = {
            "amount": amount,
            "balance_type": "payments",
            "currency": source["currency"],
            "description": source.get("description"),
            "fee": fee,
            "fee_details": list(fee_details),
            "net": amount - fee,
            "reporting_category": CATEGORIES.get(type, type),
            "source": source["id"],
            "type": type,
        }
        return self.context.create("balance_transaction", **{**usual, **values})

    def make_available(self) -> None:
        """Make available what is due. An event says so."""
        now = self.context.now
        due = [
            each
            for each in self.unpaid
            if each["status"] == "pending" and each["available_on"] <= now
        ]
        for each in due:
            each["status"] = "available"
            self.context.update(each, status="available")
            self._copy(each)
            self._pending[each["currency"]] -= each["net"]
            self._available[each["currency"]] += each["net"]
        if due:
            self._put_balance()
            self.context.stripe.emit("balance.available", "", object="balance")

    def _copy(self, entry: Mapping[str, Any]) -> None:
        """A dispute shows its balance transactions as they are; no event says that they change."""
        if entry["reporting_category"].startswith("dispute"):
            dispute = self.context.get("dispute", entry["source"])
            known = dispute["balance_transactions"]
            copies = [entry if each["id"] == entry["id"] else each for each in known]
            self.context.stripe.add({**dispute, "balance_transactions": copies})

    def available(self, currency: str) -> list[Payload]:
        """What can be paid out."""
        return [
            each
            for each in self.unpaid
            if each["currency"] == currency and each["status"] == "available"
        ]

    def pay_out(self, payout: Mapping[str, Any], entries: Iterable[Payload]) -> None:
        """Take a payout off the balance. These transactions belong to it, and its own does."""
        paid = {each["id"]: each for each in entries}
        self.unpaid = [each for each in self.unpaid if each["id"] not in paid]
        for each in paid.values():
            self.context.stripe.add(each, within=payout["id"])
        self._entry(
            "payout",
            payout,
            -payout["amount"],
            id=payout["balance_transaction"],
            available_on=payout["arrival_date"],
            status="available",
            within=payout["id"],
        )
        self._available[payout["currency"]] -= payout["amount"]
        self._put_balance()

    def _put_balance(self) -> None:
        available, pending = (
            [
                {"amount": sums[each], "currency": each, "source_types": {"card": sums[each]}}
                for each in CURRENCIES
            ]
            for sums in (self._available, self._pending)
        )
        self.context.stripe.add({**self._balance, "available": available, "pending": pending})


def _fee(amount: int, currency: str, description: str) -> dict[str, Any]:
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": description,
        "type": "stripe_fee",
    }
