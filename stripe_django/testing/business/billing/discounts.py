"""Coupons and promotion codes as they are redeemed by subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..amounts import Cut
from ..catalogue import Catalogue
from ..context import Context, Payload, Reference
from ..periods import months_after


@dataclass
class Discounts:
    """Makes discounts and ends them."""

    context: Context
    catalogue: Catalogue

    def redeem(
        self, wanted: Reference, currency: str, *, promotion_code: Reference = "", **on: str
    ) -> Cut:
        """Use a coupon ``on`` something, named by keys of the discount (``subscription="sub_…"``).

        Raises ``LookupError`` for an unknown coupon, ``ValueError`` for one of another currency.
        """
        coupon = self.catalogue.coupon(wanted)
        if coupon["amount_off"] and coupon["currency"] != currency:
            theirs = coupon["currency"]
            raise ValueError(
                f"Coupon {coupon['id']} takes off {theirs}, and this is in {currency}."
            )
        now, months = self.context.now, coupon["duration_in_months"]
        discount = self.context.create(
            "discount",
            event="customer.discount.created",
            end=months_after(now, months) if months else None,
            promotion_code=promotion_code or None,
            source={"type": "coupon", "coupon": coupon["id"]},
            start=now,
            **on,
        )
        if discount["end"]:
            self.context.at(discount["end"], self.end, discount)
        redeemed = coupon["times_redeemed"] + 1
        coupon = self.context.update(coupon, "coupon.updated", times_redeemed=redeemed)
        if promotion_code:
            code = self.context.get("promotion_code", promotion_code)
            redeemed = code["times_redeemed"] + 1
            self.context.update(code, "promotion_code.updated", times_redeemed=redeemed)
        return Cut(discount, coupon)

    def on(self, subscription: Mapping[str, Any]) -> list[Cut]:
        """The discounts on a subscription, with their coupons."""
        discounts = [self.context.get("discount", each) for each in subscription["discounts"]]
        return [Cut(each, self._coupon(each)) for each in discounts]

    def percent_off(self, subscription: Mapping[str, Any]) -> Decimal:
        """How much of a price they take off together, as far as that is a percentage."""
        left = Decimal(100)
        for cut in self.on(subscription):
            left -= left * Decimal(str(cut.coupon["percent_off"] or 0)) / 100
        return 100 - left

    def spend(self, cuts: Iterable[Cut], invoice: Mapping[str, Any]) -> None:
        """End those that hold for one invoice and have taken something off this one."""
        for cut in cuts:
            took = any(
                each["discount"] == cut.id and each["amount"]
                for each in invoice["total_discount_amounts"]
            )
            if took and cut.coupon["duration"] == "once":
                self.end(cut.discount)

    def end(self, discount: Mapping[str, Any]) -> None:
        """Take a discount away from its subscription, unless that has ended before."""
        subscription = self.context.get("subscription", discount["subscription"])
        left = [each for each in subscription["discounts"] if each != discount["id"]]
        if subscription["ended_at"] or left == subscription["discounts"]:
            return
        self.context.step()
        self.context.update(discount, "customer.discount.deleted", end=self.context.now)
        self.context.update(subscription, discounts=left)

    def _coupon(self, discount: Mapping[str, Any]) -> Payload:
        return self.context.get("coupon", discount["source"]["coupon"])
