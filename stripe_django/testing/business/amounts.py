"""The arithmetic of invoices: lines, what discounts take off them, and taxes on the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .context import Payload


def percent_of(amount: int, percent: object) -> int:
    """That part of an amount, rounded half away from zero to the smallest unit."""
    exact = Decimal(amount) * Decimal(str(percent)) / 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def share_of(amount: int, part: int, whole: int) -> int:
    """``amount * part / whole``, rounded in the same way."""
    return int((Decimal(amount) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Cut:
    """A discount and the coupon that it is of."""

    discount: Payload
    coupon: Payload

    @property
    def id(self) -> str:
        return str(self.discount["id"])


@dataclass(slots=True)
class Line:
    """A line of an invoice. ``parent`` and ``pricing`` are as the payload has them."""

    amount: int
    description: str
    period: tuple[int, int]
    parent: dict[str, Any]
    quantity: int = 1
    price: Payload | None = None
    is_discountable: bool = True
    discounts: dict[str, int] = field(default_factory=dict)
    tax: int = 0

    @property
    def invoice_item(self) -> str | None:
        """The id of the invoice item that the line is of."""
        item = self.parent[self.parent["type"]].get("invoice_item")
        return str(item) if item else None

    @property
    def rest(self) -> int:
        """What is left of the amount after discounts."""
        return self.amount - sum(self.discounts.values())


@dataclass(slots=True)
class Bill:
    """Lines with everything that comes off and on top worked out."""

    lines: Sequence[Line]
    cuts: Sequence[Cut]
    tax_rate: Payload | None

    def __post_init__(self) -> None:
        for cut in self.cuts:
            self._cut(cut)
        if self.tax_rate:
            for line in self.lines:
                line.tax = percent_of(line.rest, self.tax_rate["percentage"])

    def _cut(self, cut: Cut) -> None:
        lines = [line for line in self.lines if line.is_discountable and line.rest > 0]
        left = cut.coupon["amount_off"] or 0
        for line in lines:
            percent = cut.coupon["percent_off"]
            off = percent_of(line.rest, percent) if percent else min(line.rest, left)
            left -= off
            line.discounts[cut.id] = off

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines)

    @property
    def total_excluding_tax(self) -> int:
        return sum(line.rest for line in self.lines)

    @property
    def total(self) -> int:
        return self.total_excluding_tax + self.tax

    def discount_amounts(self, lines: Iterable[Line]) -> list[dict[str, Any]]:
        """What each discount takes off these lines."""
        found: dict[str, int] = {}
        for line in lines:
            for discount, off in line.discounts.items():
                found[discount] = found.get(discount, 0) + off
        return [{"amount": off, "discount": discount} for discount, off in found.items()]

    def taxes(self, lines: Iterable[Line]) -> list[dict[str, Any]]:
        """The taxes on these lines."""
        if self.tax_rate is None:
            return []
        lines = list(lines)
        return [
            {
                "amount": sum(line.tax for line in lines),
                "tax_behavior": "exclusive",
                "tax_rate_details": {"tax_rate": self.tax_rate["id"]},
                "taxability_reason": "standard_rated",
                "taxable_amount": sum(line.rest for line in lines),
                "type": "tax_rate_details",
            }
        ]

    def values(self) -> dict[str, Any]:
        """The sums as an invoice has them."""
        return {
            "subtotal": self.subtotal,
            "subtotal_excluding_tax": self.subtotal,
            "total": self.total,
            "total_excluding_tax": self.total_excluding_tax,
            "total_discount_amounts": self.discount_amounts(self.lines),
            "total_taxes": self.taxes(self.lines),
            "default_tax_rates": [self.tax_rate] if self.tax_rate else [],
            "discounts": [cut.id for cut in self.cuts],
        }

    def line_values(self, line: Line, currency: str) -> dict[str, Any]:
        """A line as the payload of a line item has it."""
        return {
            "amount": line.amount,
            "subtotal": line.amount,
            "currency": currency,
            "description": line.description,
            "discount_amounts": self.discount_amounts([line]),
            "discountable": line.is_discountable,
            "discounts": list(line.discounts),
            "parent": line.parent,
            "period": {"start": line.period[0], "end": line.period[1]},
            "pricing": pricing(line.price) if line.price else None,
            "quantity": line.quantity,
            "quantity_decimal": str(line.quantity),
            "taxes": self.taxes([line]),
        }


def pricing(price: Mapping[str, Any]) -> dict[str, Any]:
    """How a line names its price."""
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
