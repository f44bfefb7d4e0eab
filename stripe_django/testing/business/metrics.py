"""What the business brings in, worked out from what it did and not from any database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from .billing.discounts import Discounts
from .billing.subscriptions import Subscriptions
from .context import Context, Reference, id_of
from .disputes import Disputes
from .payments import Payments

MONTHS = {"month": 1, "year": 12}
PAID_FOR = ("active", "past_due")
PARTS = Decimal("0.0001")


@dataclass
class Metrics:
    """Revenue as it is now. Amounts are in the smallest unit of their currency."""

    context: Context
    subscriptions: Subscriptions
    discounts: Discounts
    payments: Payments
    disputes: Disputes

    def mrr(self) -> dict[str, Decimal]:
        """Monthly recurring revenue by currency, of what is active or past due.

        Years are divided by 12, lasting percentages come off, and taxes are not in it.
        """
        found: dict[str, Decimal] = defaultdict(Decimal)
        for id in self.subscriptions.ids:
            subscription = self.context.get("subscription", id)
            if subscription["status"] in PAID_FOR:
                found[subscription["currency"]] += self._month_of(subscription)
        return dict(found)

    def _month_of(self, subscription: Mapping[str, Any]) -> Decimal:
        month = Decimal(0)
        for item in subscription["items"]["data"]:
            recurring = item["price"]["recurring"]
            months = MONTHS[recurring["interval"]] * recurring["interval_count"]
            month += _down(Decimal(item["price"]["unit_amount"] * item["quantity"]) / months)
        for cut in self.discounts.on(subscription):
            if cut.coupon["duration"] != "once" and cut.coupon["percent_off"]:
                month = _down(month * (100 - Decimal(str(cut.coupon["percent_off"]))) / 100)
        return month

    def lifetime_value(self, customer: Reference) -> dict[str, int]:
        """What a customer has paid and not got back, by currency; lost disputes are taken off."""
        found: Counter[str] = Counter()
        charges = self.payments.charges[id_of(customer)]
        for id in charges:
            charge = self.context.get("charge", id)
            found[charge["currency"]] += charge["amount_captured"] - charge["amount_refunded"]
        for id in self.disputes.ids:
            dispute = self.context.get("dispute", id)
            if dispute["charge"] in charges and dispute["status"] == "lost":
                found[dispute["currency"]] -= dispute["amount"]
        return dict(found)


def _down(amount: Decimal) -> Decimal:
    """To ten-thousandths."""
    return amount.quantize(PARTS, ROUND_FLOOR)
