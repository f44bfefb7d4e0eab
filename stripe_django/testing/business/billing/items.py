"""Invoice items and lines: what a period, the rest of one, or a single thing costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..amounts import Line, percent_of, pricing, share_of
from ..catalogue import Catalogue
from ..context import Context, Payload


def name_of(catalogue: Catalogue, price: Mapping[str, Any]) -> str:
    """What a price is called on an invoice: its id, if its product is not at the fake."""
    try:
        product = {} if price["nickname"] else catalogue.context.get("product", price["product"])
    except LookupError:
        product = {}
    return str(price["nickname"] or product.get("name") or price["id"])


@dataclass
class Items:
    """Makes lines, and the invoice items that wait for the next invoice of a subscription."""

    context: Context
    catalogue: Catalogue
    pending: dict[str, list[Line]] = field(default_factory=dict)

    def period(self, subscription: str, item: Mapping[str, Any], start: int, end: int) -> Line:
        """A whole period of a subscription item."""
        price, quantity = item["price"], item["quantity"]
        details = {"subscription": subscription, "subscription_item": item["id"]}
        return Line(
            amount=price["unit_amount"] * quantity,
            description=f"{quantity} × {name_of(self.catalogue, price)}",
            period=(start, end),
            parent=_of_subscription(details),
            quantity=quantity,
            price=price,
        )

    def trial(self, subscription: str, item: Mapping[str, Any], start: int, end: int) -> Line:
        """A free period of a subscription item."""
        line = self.period(subscription, item, start, end)
        line.amount = 0
        line.description = f"Trial period for {name_of(self.catalogue, item['price'])}"
        return line

    def proration(
        self, subscription: Mapping[str, Any], item: Mapping[str, Any], off: Decimal, *, sign: int
    ) -> Line:
        """The rest of the period of an item from now on: a credit if the sign is -1.

        ``off`` are the percent that the subscription's discounts take off.
        """
        now, price, quantity = self.context.now, item["price"], item["quantity"]
        start, end = item["current_period_start"], item["current_period_end"]
        whole = price["unit_amount"] * quantity
        net = whole - percent_of(whole, off)
        amount = sign * share_of(net, end - now, end - start)
        about = "Unused time on" if sign < 0 else "Remaining time on"
        description = f"{about} {quantity} × {name_of(self.catalogue, price)}"
        invoice_item = self._invoice_item(
            amount,
            subscription["currency"],
            subscription["customer"],
            description,
            parent={
                "type": "subscription_details",
                "subscription_details": {
                    "subscription": subscription["id"],
                    "subscription_item": item["id"],
                },
            },
            period={"start": now, "end": end},
            pricing=pricing(price),
            proration=True,
            quantity=quantity,
            quantity_decimal=str(quantity),
        )
        details = {"subscription": subscription["id"], "subscription_item": item["id"]}
        line = Line(
            amount=amount,
            description=description,
            period=(now, end),
            parent=_of_subscription(
                {**details, "invoice_item": invoice_item["id"], "proration": True}
            ),
            quantity=quantity,
            price=price,
            is_discountable=False,
        )
        self.pending.setdefault(subscription["id"], []).append(line)
        return line

    def take_pending(self, subscription: str) -> list[Line]:
        """The lines that wait for an invoice of a subscription, which is now."""
        return self.pending.pop(subscription, [])

    def single(
        self,
        customer: Mapping[str, Any],
        currency: str,
        *,
        price: str | Mapping[str, Any] = "",
        quantity: int = 1,
        amount: int = 0,
        description: str = "",
    ) -> Line:
        """Something that is billed once: a price, or an amount."""
        found = self.catalogue.price(price, currency) if price else None
        if found is not None:
            amount = found["unit_amount"] * quantity
            description = description or name_of(self.catalogue, found)
        now = self.context.now
        item = self._invoice_item(
            amount,
            currency,
            customer["id"],
            description,
            period={"start": now, "end": now},
            pricing=pricing(found) if found else None,
            proration=False,
            quantity=quantity,
            quantity_decimal=str(quantity),
        )
        details = {"invoice_item": item["id"], "proration": False, "subscription": None}
        return Line(
            amount=amount,
            description=description,
            period=(now, now),
            parent={"type": "invoice_item_details", "invoice_item_details": details},
            quantity=quantity,
            price=found,
        )

    def _invoice_item(
        self, amount: int, currency: str, customer: str, description: str, **values: Any
    ) -> Payload:
        return self.context.create(
            "invoiceitem",
            amount=amount,
            currency=currency,
            customer=customer,
            date=self.context.now,
            description=description,
            discountable=not values["proration"],
            net_amount=amount,
            **values,
        )


def _of_subscription(details: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"invoice_item": None, "proration": False, "proration_details": None}
    return {
        "type": "subscription_item_details",
        "subscription_item_details": {**usual, **details},
    }
