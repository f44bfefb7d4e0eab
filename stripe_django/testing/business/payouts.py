"""Payouts: once a week, in each currency, what is available by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stripe_django.testing.sample_payloads import payload

from .catalogue import COUNTRY
from .context import DAY, HOUR, Context, Payload
from .ledger import Ledger

WEEK = 7 * DAY
A_MONDAY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
TO_ARRIVE = 2 * DAY


@dataclass
class Payouts:
    """Pays out to one bank account of each currency."""

    context: Context
    ledger: Ledger
    bank_accounts: dict[str, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.context.stripe.account_id
        try:
            self.context.get("account", own)
        except LookupError:
            self.context.stripe.add(payload("account", id=own, country="DE"))
        for currency, country in COUNTRY.items():
            self.bank_accounts[currency] = self.context.create(
                "bank_account",
                account=own,
                bank_name="Bank of the Test",
                country=country,
                currency=currency,
                default_for_currency=True,
                status="new",
            )
        self._plan()

    def _plan(self) -> None:
        weeks = (self.context.now - A_MONDAY) // WEEK + 1
        self.context.at(A_MONDAY + weeks * WEEK + HOUR, self._weekly)

    def _weekly(self) -> None:
        for currency in self.bank_accounts:
            if self._available(currency) > 0:
                self.create(currency)
        self._plan()

    def _available(self, currency: str) -> int:
        return sum(each["net"] for each in self.ledger.available(currency))

    def create(self, currency: str) -> Payload:
        """Pay out all that is available. Raises ``ValueError`` if that is nothing."""
        self.ledger.make_available()
        amount, entries = self._available(currency), self.ledger.available(currency)
        if amount <= 0:
            pending = [each["available_on"] for each in self.ledger.unpaid if each not in entries]
            when = f"; more will be at {min(pending)}" if pending else ""
            raise ValueError(f"Of {currency}, {amount} is available{when}.")
        payout = self.context.create(
            "payout",
            amount=amount,
            arrival_date=self.context.now // DAY * DAY + TO_ARRIVE,
            automatic=True,
            balance_transaction=self.context.new_id("balance_transaction"),
            currency=currency,
            description="STRIPE PAYOUT",
            destination=self.bank_accounts[currency]["id"],
            method="standard",
            reconciliation_status="in_progress",
            source_type="card",
            status="in_transit",
            type="bank_account",
        )
        self.ledger.pay_out(payout, entries)
        self.context.at(self.context.now + HOUR, self._reconcile, payout)
        self.context.at(payout["arrival_date"], self._arrive, payout)
        return payout

    def _reconcile(self, payout: Mapping[str, object]) -> None:
        done = {"reconciliation_status": "completed"}
        self.context.update(payout, "payout.reconciliation_completed", **done)

    def _arrive(self, payout: Mapping[str, object]) -> None:
        self.context.update(payout, "payout.paid", status="paid")
