"""Subscriptions: how they begin, change and are canceled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..amounts import Cut, Line
from ..catalogue import Catalogue
from ..context import DAY, Context, Payload, Reference, id_of
from ..customers import Customers
from ..periods import end_of_period
from .billing import RUNNING, Billing, item_of
from .discounts import Discounts
from .items import Items


@dataclass
class Subscriptions:
    """Makes subscriptions and changes them; ``ids`` are those of all of them."""

    context: Context
    catalogue: Catalogue
    customers: Customers
    discounts: Discounts
    items: Items
    billing: Billing
    ids: list[str] = field(default_factory=list)

    def create(
        self,
        customer: Reference,
        price: Reference,
        *,
        quantity: int = 1,
        trial_days: int = 0,
        coupon: Reference = "",
        promotion_code: Reference = "",
        also: Sequence[tuple[Payload, int]] = (),
        once: Sequence[tuple[Payload, int]] = (),
        **values: Any,
    ) -> Payload:
        """A new subscription. It is ``incomplete`` if its first invoice cannot be paid.

        ``also`` are further prices with quantities, of the same interval, and ``once`` those that
        are on the first invoice only.
        """
        customer = self.context.get("customer", customer)
        found = self._recurring(price, self.customers.currency(customer))
        method = values.get("default_payment_method") or ""
        self._check_payable(customer, found["currency"], trial_days, method)
        id, now = self.context.new_id("subscription"), self.context.now
        cuts = self._redeem(id, customer, coupon, promotion_code, found["currency"])
        end = now + trial_days * DAY if trial_days else end_of_period(now, found, now)
        sold = ((found, quantity), *also)
        items = [self._item(id, each, number, now, end) for each, number in sold]
        self.ids.append(id)
        subscription = self.context.create(
            "subscription",
            event="customer.subscription.created",
            **{
                "id": id,
                "billing_cycle_anchor": end if trial_days else now,
                "currency": found["currency"],
                "customer": customer["id"],
                "default_payment_method": None,
                "default_tax_rates": [],
                "discounts": [cut.id for cut in cuts],
                "items": {"data": items},
                "latest_invoice": None,
                "start_date": now,
                "status": "trialing" if trial_days else "incomplete",
                "trial_end": end if trial_days else None,
                "trial_start": now if trial_days else None,
                **values,
            },
        )
        lines = [
            self.items.single(customer, found["currency"], price=each, quantity=number)
            for each, number in once
        ]
        return self._begin(subscription, cuts, lines)

    def _recurring(self, wanted: Reference, currency: str) -> Payload:
        price = self.catalogue.price(wanted, currency)
        if not price["recurring"]:
            raise ValueError(f"Price {price['lookup_key']} does not recur.")
        return price

    def _check_payable(
        self, customer: Mapping[str, Any], currency: str, trial_days: int, method: Reference
    ) -> None:
        if customer["currency"] not in (None, currency):
            mine = customer["currency"]
            raise ValueError(f"Customer {customer['id']} is billed in {mine}, not {currency}.")
        if not trial_days and self.customers.payment_method(customer, method) is None:
            raise ValueError(f"Customer {customer['id']} has no payment method: add_card() first.")

    def _redeem(
        self,
        id: str,
        customer: Mapping[str, Any],
        coupon: Reference,
        promotion_code: Reference,
        currency: str,
    ) -> list[Cut]:
        on = {"customer": customer["id"], "subscription": id}
        if promotion_code:
            code = self.catalogue.promotion_code(promotion_code)
            on["promotion_code"], coupon = code["id"], code["promotion"]["coupon"]
        return [self.discounts.redeem(coupon, currency, **on)] if coupon else []

    def _item(
        self, subscription: str, price: Payload, quantity: int, start: int, end: int
    ) -> dict[str, Any]:
        return {
            "id": self.context.new_id("subscription_item"),
            "subscription": subscription,
            "created": self.context.now,
            "current_period_end": end,
            "current_period_start": start,
            "plan": self.catalogue.plan(price),
            "price": price,
            "quantity": quantity,
            "tax_rates": [],
        }

    def _begin(self, subscription: Payload, cuts: Sequence[Cut], once: Sequence[Line]) -> Payload:
        """Bill the first period, and see to what comes after it."""
        item = item_of(subscription)
        start, end = item["current_period_start"], item["current_period_end"]
        make = self.items.trial if subscription["trial_end"] else self.items.period
        items = subscription["items"]["data"]
        lines = [make(subscription["id"], each, start, end) for each in items]
        self.billing.plan_renewal(subscription)
        return self.billing.start(subscription, [*lines, *once], cuts)

    # Changes

    def change(
        self,
        subscription: Reference,
        *,
        price: Reference = "",
        quantity: int | None = None,
        invoice_now: bool = False,
    ) -> Payload:
        """Another price or quantity from now on.

        What that makes of the running period is billed with the next one, or now with
        ``invoice_now``, and if the interval is another one, which begins a new period.
        """
        subscription = self._running(subscription)
        if len(subscription["items"]["data"]) > 1:
            raise ValueError(f"Subscription {subscription['id']} has several items.")
        item = item_of(subscription)
        old = item["price"]
        new = self._recurring(price, subscription["currency"]) if price else old
        if new["currency"] != subscription["currency"]:
            raise ValueError(f"Price {new['id']} is in {new['currency']}.")
        is_billed = subscription["status"] in ("active", "past_due")
        is_new_period = is_billed and new["recurring"] != old["recurring"]
        off = self.discounts.percent_off(subscription)
        if is_billed:
            self.items.proration(subscription, item, off, sign=-1)
        item |= {"price": new, "plan": self.catalogue.plan(new)}
        item["quantity"] = item["quantity"] if quantity is None else quantity
        changes = {"items": subscription["items"]}
        if is_new_period:
            changes |= self._new_period(item)
        elif is_billed:
            self.items.proration(subscription, item, off, sign=1)
        subscription = self.billing.update(subscription, **changes)
        if is_new_period:
            self.billing.plan_renewal(subscription)
        if is_new_period or (is_billed and invoice_now):
            return self.billing.bill_change(subscription, is_new_period=is_new_period)
        return subscription

    def _new_period(self, item: dict[str, Any]) -> dict[str, Any]:
        now = self.context.now
        end = end_of_period(now, item["price"], now)
        item |= {"current_period_start": now, "current_period_end": end}
        return {"billing_cycle_anchor": now}

    def cancel(self, subscription: Reference, *, at_period_end: bool = False) -> Payload:
        """End it now, or when the period that is paid for is over."""
        subscription = self._running(subscription)
        if not at_period_end:
            return self.billing.cancel(subscription)
        return self.billing.update(
            subscription,
            cancel_at=item_of(subscription)["current_period_end"],
            cancel_at_period_end=True,
            canceled_at=self.context.now,
            cancellation_details={"reason": "cancellation_requested"},
        )

    def reactivate(self, subscription: Reference) -> Payload:
        """Take back that it ends with its period."""
        subscription = self._running(subscription)
        return self.billing.update(
            subscription,
            cancel_at=None,
            cancel_at_period_end=False,
            canceled_at=None,
            cancellation_details={"reason": None},
        )

    def pay_by(self, customer: Mapping[str, Any], method: Reference) -> None:
        """Have the customer's subscriptions that name a payment method name this one."""
        for id in self.ids:
            found = self.context.get("subscription", id)
            is_theirs = found["customer"] == customer["id"] and found["status"] in RUNNING
            if is_theirs and found["default_payment_method"]:
                self.billing.update(found, default_payment_method=id_of(method))

    def _running(self, subscription: Reference) -> Payload:
        found = self.context.get("subscription", subscription)
        if found["status"] not in (*RUNNING, "incomplete"):
            raise ValueError(f"Subscription {found['id']} is {found['status']}.")
        return found
