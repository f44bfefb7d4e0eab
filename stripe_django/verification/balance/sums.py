"""Sums of balance transactions, and what Stripe says that they add up to; whole numbers, all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Sum

Amounts = Counter[str]  # by currency, in its smallest unit

PAYMENTS = "payments"
# The keys of a balance whose amounts a type of balance consists of.
PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    PAYMENTS: (("available",), ("pending",)),
    "issuing": (("issuing", "available"),),
    "refund_and_dispute_prefunding": (
        ("refund_and_dispute_prefunding", "available"),
        ("refund_and_dispute_prefunding", "pending"),
    ),
}
RESERVED = (("connect_reserved",),)


class Line(NamedTuple):
    """The balance transactions of one currency and type."""

    currency: str
    type: str
    number: int
    amount: int
    fee: int
    net: int


def lines(rows: QuerySet) -> list[Line]:
    """What rows add up to, by currency and type."""
    sums = {name: Sum(name) for name in ("amount", "fee", "net")}
    found = rows.order_by().values("currency", "type").annotate(number=Count("pk"), **sums)
    return sorted(
        Line(
            each["currency"] or "",
            each["type"] or "",
            each["number"],
            *(int(each[name] or 0) for name in sums),
        )
        for each in found
    )


def nets(rows: QuerySet) -> dict[str, Amounts]:
    """The sums of the net amounts by type of balance."""
    found: dict[str, Amounts] = {}
    grouped = rows.order_by().values_list("balance_type", "currency").annotate(sum=Sum("net"))
    for balance_type, currency, net in grouped:
        _add(found, balance_type, currency, net)
    return found


def nets_of(payloads: Iterable[Mapping[str, Any]]) -> dict[str, Amounts]:
    """The same of what Stripe lists."""
    found: dict[str, Amounts] = {}
    for each in payloads:
        _add(found, each.get("balance_type"), each.get("currency"), each.get("net"))
    return found


def _add(found: dict[str, Amounts], balance_type: Any, currency: Any, net: Any) -> None:
    found.setdefault(balance_type or PAYMENTS, Counter())[currency or ""] += int(net or 0)


def at_stripe(balance: Mapping[str, Any]) -> dict[str, Amounts]:
    """What Stripe holds by type of balance, as far as a balance says it."""
    return {name: _sum(balance, paths) for name, paths in PARTS.items()}


def _sum(balance: Mapping[str, Any], paths: Iterable[tuple[str, ...]]) -> Amounts:
    found: Amounts = Counter()
    for path in paths:
        value: Any = balance
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        for each in value or ():
            found[each["currency"]] += int(each["amount"])
    return found


class Disagreement(NamedTuple):
    """A balance that is not what the transactions add up to."""

    balance_type: str
    currency: str
    here: int
    at_stripe: int

    @property
    def difference(self) -> int:
        """What the rows lack, or have too much if it is negative."""
        return self.at_stripe - self.here


def disagreements(
    here: Mapping[str, Amounts], balance: Mapping[str, Any]
) -> Iterator[Disagreement]:
    """What of a balance the transactions do not add up to.

    Money that is held back for connected accounts may be in a transaction of its own, or not.
    """
    reserved = _sum(balance, RESERVED)
    for balance_type, expected in at_stripe(balance).items():
        sums = here.get(balance_type, Counter())
        for currency in sorted({*sums, *expected}):
            found, right = sums[currency], expected[currency]
            accepted = {right, right + reserved[currency]} if balance_type == PAYMENTS else {right}
            if found not in accepted:
                yield Disagreement(balance_type, currency, found, right)
