"""The invoices of subscriptions: the first, one for each period, and unpaid ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..amounts import Cut, Line
from ..context import DAY, HOUR, Context, Payload
from ..customers import Customers
from ..periods import end_of_period
from .collection import Collection
from .discounts import Discounts
from .invoices import Invoices
from .items import Items

RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)  # after the attempt before
INCOMPLETE_FOR = 23 * HOUR
AFTER_RETRIES = ("canceled", "unpaid", "past_due")
WARN_BEFORE = 3 * DAY
RUNNING = ("trialing", "active", "past_due", "unpaid")


@dataclass
class Billing:
    """Bills subscriptions. ``after_retries`` is the status of one that is not paid in the end."""

    context: Context
    customers: Customers
    discounts: Discounts
    items: Items
    invoices: Invoices
    collection: Collection
    after_retries: str = "canceled"

    def __post_init__(self) -> None:
        if self.after_retries not in AFTER_RETRIES:
            known = ", ".join(AFTER_RETRIES)
            raise ValueError(f"after_retries is one of {known}, not {self.after_retries!r}.")

    def update(self, subscription: Mapping[str, Any], **changes: Any) -> Payload:
        return self.context.update(subscription, "customer.subscription.updated", **changes)

    def start(self, subscription: Payload, lines: Sequence[Line], cuts: Sequence[Cut]) -> Payload:
        """Bill a new subscription."""
        invoice = self.collection.finalize(
            self.draft(subscription, lines, "subscription_create", cuts)
        )
        if subscription["status"] == "trialing":
            warning = max(subscription["trial_end"] - WARN_BEFORE, self.context.now)
            self.context.at(warning, self._warn, subscription["id"])
            if invoice["status"] == "open":
                self.collection.pay(invoice)
            return self.update(subscription, latest_invoice=invoice["id"])
        if invoice["status"] == "open":
            invoice = self.collection.pay(invoice)
        if invoice["status"] == "open":
            self.context.at(self.context.now + INCOMPLETE_FOR, self._expire, subscription["id"])
        status = "active" if invoice["status"] == "paid" else "incomplete"
        return self.update(subscription, latest_invoice=invoice["id"], status=status)

    def pay_first(self, subscription: Payload) -> Payload:
        """Try once more to be paid for a subscription that is ``incomplete``."""
        invoice = self.collection.pay(subscription["latest_invoice"])
        if invoice["status"] == "open":
            return self._now(subscription)
        return self.update(self._now(subscription), status="active")

    def draft(
        self, subscription: Payload, lines: Sequence[Line], reason: str, cuts: Sequence[Cut]
    ) -> Payload:
        """A draft of an invoice, and the end of what was taken off once."""
        customer, id = subscription["customer"], subscription["id"]
        invoice = self.invoices.draft(customer, lines, reason, subscription=id, cuts=cuts)
        self.discounts.spend(cuts, invoice)
        return invoice

    def _warn(self, id: str) -> None:
        subscription = self.context.get("subscription", id)
        if subscription["status"] == "trialing":
            self.context.emit("customer.subscription.trial_will_end", subscription)

    def _expire(self, id: str) -> None:
        subscription = self.context.get("subscription", id)
        if subscription["status"] == "incomplete":
            self.collection.void(subscription["latest_invoice"])
            self.update(subscription, status="incomplete_expired", ended_at=self.context.now)

    # Periods

    def plan_renewal(self, subscription: Mapping[str, Any]) -> None:
        """Renew it when its period ends."""
        end = item_of(subscription)["current_period_end"]
        self.context.at(end, self._renew, subscription["id"], end)

    def _renew(self, id: str, end: int) -> None:
        subscription = self.context.get("subscription", id)
        is_due = item_of(subscription)["current_period_end"] == end
        if not is_due or subscription["status"] not in RUNNING:
            return
        customer = self.context.get("customer", subscription["customer"])
        method = self.customers.payment_method(customer, subscription["default_payment_method"])
        if subscription["cancel_at_period_end"] or not method:
            self.cancel(subscription)
            return
        self._bill_period(*self._advance(subscription, end))

    def _advance(self, subscription: Payload, start: int) -> tuple[Payload, list[Line]]:
        """The subscription in its next period, and what that costs."""
        price = item_of(subscription)["price"]
        end = end_of_period(start, price, subscription["billing_cycle_anchor"])
        lines = []
        for item in subscription["items"]["data"]:
            item |= {"current_period_start": start, "current_period_end": end}
            lines.append(self.items.period(subscription["id"], item, start, end))
        return subscription, lines

    def _bill_period(self, subscription: Payload, lines: Sequence[Line]) -> None:
        lines = [*self.items.take_pending(subscription["id"]), *lines]
        cuts = self.discounts.on(subscription)
        is_unpaid = subscription["status"] == "unpaid"
        items = subscription["items"]
        invoice = self.draft(subscription, lines, "subscription_cycle", cuts)
        is_first = subscription["status"] == "trialing"
        self.plan_renewal(
            self.update(
                subscription,
                items=items,
                latest_invoice=invoice["id"],
                status="active" if is_first else subscription["status"],
            )
        )
        if is_unpaid:
            self.collection.schedule(invoice, None)
        else:
            self.context.at(
                self.context.now + HOUR, self.collect, subscription["id"], invoice["id"]
            )

    def bill_change(self, subscription: Payload, *, is_new_period: bool) -> Payload:
        """Bill at once what a change costs, with the whole new period if one has begun."""
        lines = self.items.take_pending(subscription["id"])
        if is_new_period:
            item = item_of(subscription)
            period = item["current_period_start"], item["current_period_end"]
            lines.append(self.items.period(subscription["id"], item, *period))
        cuts = self.discounts.on(subscription)
        invoice = self.draft(subscription, lines, "subscription_update", cuts)
        self.update(self._now(subscription), latest_invoice=invoice["id"])
        self.collect(subscription["id"], invoice["id"])
        return self._now(subscription)

    def _now(self, subscription: Payload) -> Payload:
        return self.context.get("subscription", subscription)

    # Unpaid invoices

    def collect(self, id: str, invoice_id: str, retries: Sequence[int] = RETRIES) -> None:
        """Finalize an invoice if it is a draft, and try to be paid, several times if need be."""
        subscription = self.context.get("subscription", id)
        invoice = self.context.get("invoice", invoice_id)
        if subscription["ended_at"] or invoice["status"] not in ("draft", "open"):
            return
        if invoice["status"] == "draft":
            invoice = self.collection.finalize(invoice)
        if invoice["status"] == "open":
            invoice = self.collection.pay(invoice)
        if invoice["status"] == "paid":
            self._set_status(id, "active")
        elif retries:
            when = self.context.now + retries[0]
            self.collection.schedule(invoice, when)
            self._set_status(id, "past_due")
            self.context.at(when, self.collect, id, invoice_id, retries[1:])
        else:
            self._give_up(id, invoice)

    def _set_status(self, id: str, status: str) -> None:
        subscription = self.context.get("subscription", id)
        if subscription["status"] != status:
            self.update(subscription, status=status)

    def _give_up(self, id: str, invoice: Payload) -> None:
        self.collection.schedule(invoice, None)
        if self.after_retries == "canceled":
            self.cancel(self.context.get("subscription", id), reason="payment_failed")
        else:
            self._set_status(id, self.after_retries)

    # The end

    def cancel(
        self, subscription: Mapping[str, Any], reason: str = "cancellation_requested"
    ) -> Payload:
        """End a subscription now."""
        now = self.context.now
        known = subscription["canceled_at"]
        details = subscription["cancellation_details"] or {"reason": reason}
        return self.context.update(
            subscription,
            "customer.subscription.deleted",
            canceled_at=known or now,
            cancellation_details=details,
            ended_at=now,
            status="canceled",
        )


def item_of(subscription: Mapping[str, Any]) -> dict[str, Any]:
    """The first item of a subscription, which decides its period."""
    item: dict[str, Any] = subscription["items"]["data"][0]
    return item
