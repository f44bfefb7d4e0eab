"""The summary of a subscription: what is billed, how much of it, and when next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from stripe_django.admin.object_admin import Panel
from stripe_django.admin.relations import newest
from stripe_django.admin.rendering.display import label
from stripe_django.admin.rendering.tables import Table
from stripe_django.models import Subscription, SubscriptionItem
from stripe_django.models.names import price_text

from .mrr import RUNNING, mrr
from .summary import Fact, Summary, amounts, card_of, due

SHOWN = 10


class SubscriptionSummary(Summary):
    row: Subscription
    references = ("customer", "default_payment_method", "latest_invoice", "plan__product")
    replaces = frozenset({"invoice_line_items", "items"})

    def headline(self) -> Iterator[str]:
        yield ", ".join(self._names()) or self.row.description or self.row.stripe_id
        yield self.value("status")
        if self._end and self.row.status in RUNNING:
            yield label("overdue", _("Ends"))

    def facts(self) -> Iterator[Fact]:
        yield _("Customer"), self.link(self.row, "customer")
        yield from self._plan()
        yield _("MRR"), amounts(mrr(self.rows(Subscription).filter(pk=self.row.pk)))
        is_over = self.row.status not in RUNNING
        yield _("Ends"), due(self._end, is_over=is_over)
        if not (self._end or is_over):
            yield _("Next invoice"), due(self._period_end)
        if self.row.status == "trialing":
            yield _("Trial until"), due(self.row.trial_end)
        yield _("Latest invoice"), self.link(self.row, "latest_invoice")
        method = self.row.default_payment_method
        card = card_of(method) if method else ""
        yield _("Payment method"), self.link(self.row, "default_payment_method", card)
        yield self.fact("collection_method")
        yield self.fact("start_date")
        yield self.fact("ended_at")

    def tables(self) -> Iterator[Panel]:
        lines = [
            [
                self.link(item, "product") or item.stripe_id,
                self._price(item),
                "" if item.quantity is None else number_format(item.quantity),
            ]
            for item in self._items[:SHOWN]
        ]
        if lines:
            headers = [_("product"), _("price"), _("quantity")]
            full = len(self._items) > SHOWN
            more = self.list_of(SubscriptionItem, subscription=self.row.stripe_id) if full else ""
            yield self.panel(_("Items"), Table(headers, lines), more)

    @cached_property
    def _items(self) -> list[Any]:
        if not self.may_view(SubscriptionItem):
            return []
        mine = self.rows(SubscriptionItem).alive().filter(subscription=self.row.stripe_id)
        read = mine.select_related("price", "plan", "product")
        return newest(read, "subscription", SHOWN + 1)

    def _names(self) -> list[str]:
        named = (item.product for item in self._items)
        return list(dict.fromkeys(str(product) for product in named if product))[:3]

    def _plan(self) -> Iterator[Fact]:
        """Of payloads of old API versions, which have no items."""
        plan = self.row.plan
        if self._items or not self.row.plan_id:
            return
        yield _("Plan"), self.link(self.row, "plan", price_text(plan) if plan else "")
        yield self.fact("quantity")

    def _price(self, item: Any) -> str:
        name = "price" if item.price_id else "plan"
        price = getattr(item, name)
        return self.link(item, name, price_text(price) if price else "")

    @property
    def _period_end(self) -> datetime | None:
        ends = [item.current_period_end for item in self._items if item.current_period_end]
        return min(ends) if ends else self.row.current_period_end

    @property
    def _end(self) -> datetime | None:
        """When it is going to end, or the end of the period if it ends with that."""
        if self.row.ended_at:
            return None
        at_period_end = self._period_end if self.row.cancel_at_period_end else None
        return self.row.cancel_at or at_period_end
