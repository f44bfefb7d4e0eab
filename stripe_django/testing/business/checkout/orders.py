"""What a checkout session sells, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..amounts import Bill, Cut, Line
from ..billing.items import name_of
from ..catalogue import Catalogue
from ..context import Context, Payload, Reference


@dataclass
class Order:
    """``items`` are prices with quantities; ``discount`` names a coupon or a promotion code.

    ``subscription`` and ``intent`` are values of what will be made. ``made`` are the ids of what
    an attempt to pay that failed has left, by the names of the objects.
    """

    items: Sequence[tuple[Payload, int]]
    currency: str
    bill: Bill
    trial_days: int = 0
    discount: Mapping[str, str] = field(default_factory=dict)
    subscription: Mapping[str, Any] = field(default_factory=dict)
    intent: Mapping[str, Any] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)

    @property
    def recurring(self) -> list[tuple[Payload, int]]:
        return [(price, number) for price, number in self.items if price["recurring"]]

    @property
    def once(self) -> list[tuple[Payload, int]]:
        return [(price, number) for price, number in self.items if not price["recurring"]]

    @property
    def description(self) -> str:
        return ", ".join(line.description for line in self.bill.lines)

    def amounts(self) -> dict[str, Any]:
        """As a session has them; none where nothing is sold."""
        if not self.items:
            sums = dict.fromkeys(("amount_subtotal", "amount_total", "total_details"))
            return {**sums, "currency": self.currency}
        off = sum(sum(line.discounts.values()) for line in self.bill.lines)
        details = {"amount_discount": off, "amount_shipping": 0, "amount_tax": self.bill.tax}
        return {
            "amount_subtotal": self.bill.subtotal,
            "amount_total": self.bill.total,
            "currency": self.currency,
            "total_details": details,
        }


@dataclass
class Orders:
    """Makes orders."""

    context: Context
    catalogue: Catalogue

    def make(
        self,
        items: Sequence[tuple[Reference, int]],
        currency: str,
        *,
        trial_days: int = 0,
        discount: Mapping[str, str] = {},
        **values: Any,
    ) -> Order:
        """An order of prices, which are in one currency."""
        found = [(self.catalogue.price(each, currency), number) for each, number in items]
        currency = str(found[0][0]["currency"]) if found else currency
        lines = [self._line(price, number, trial_days) for price, number in found]
        rate = self.catalogue.tax_rates.get(currency)
        bill = Bill(lines, self._cuts(discount), rate)
        return Order(found, currency, bill, trial_days, discount, **values)

    def _line(self, price: Payload, quantity: int, trial_days: int) -> Line:
        is_free = trial_days and price["recurring"]
        amount = 0 if is_free else price["unit_amount"] * quantity
        now = self.context.now
        return Line(amount, name_of(self.catalogue, price), (now, now), {}, quantity, price)

    def _cuts(self, discount: Mapping[str, str]) -> list[Cut]:
        """What will be taken off, before it is redeemed."""
        coupon = discount.get("coupon", "")
        if code := discount.get("promotion_code"):
            coupon = self.catalogue.promotion_code(code)["promotion"]["coupon"]
        return [Cut({"id": coupon}, self.catalogue.coupon(coupon))] if coupon else []

    def list_in(self, session: Mapping[str, Any], order: Order) -> None:
        """The line items of a session."""
        rate = order.bill.tax_rate
        for line in reversed(order.bill.lines):  # the newest come first
            off, taxable = sum(line.discounts.values()), line.rest
            taxes = [{"amount": line.tax, "rate": rate, "taxable_amount": taxable}] if rate else []
            self.context.create(
                "item",
                amount_discount=off,
                amount_subtotal=line.amount,
                amount_tax=line.tax,
                amount_total=line.rest + line.tax,
                currency=session["currency"],
                description=line.description,
                price=line.price,
                quantity=line.quantity,
                taxes=taxes,
                within=session["id"],
            )
