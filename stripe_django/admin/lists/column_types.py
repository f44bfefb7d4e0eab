"""Columns of lists that show more than one field, or what a person calls a row."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.html import format_html

from stripe_django.admin.rendering.display import Cell, Target, label, money
from stripe_django.admin.rendering.times import deadline, local, time
from stripe_django.models import Dispute, SubscriptionItem
from stripe_django.models.base import StripeModel
from stripe_django.models.names import (
    card_name,
    item_name,
    joined,
    loaded,
    plan_name,
)

ITEM = ("price", "plan", "product")


class Column(Cell):
    """A column of a list; ``text`` is what it shows, without markup.

    ``references`` lead to the other rows that it names, ``lists`` are of rows that refer to its.
    Both are read for all rows at once.
    """

    references: tuple[str, ...] = ()
    lists: tuple[Prefetch, ...] = ()

    def __init__(self, field: Any, site: AdminSite, title: Any = None) -> None:
        super().__init__(field, site)
        if title is not None:
            self.short_description = title
            self.admin_order_field = None

    def __call__(self, row: StripeModel) -> str:
        return self.text(row) or self.site.empty_value_display

    def text(self, row: Any) -> str:
        raise NotImplementedError


class Name(Column):
    """What a person calls the row."""

    def text(self, row: Any) -> str:
        return str(row)


class Amount(Column):
    """The amount that a row is called by, or the id of a row without one."""

    def __call__(self, row: StripeModel) -> str:
        shown = self.field.money_of(row)
        return money(shown) if shown else row.stripe_id

    def text(self, row: Any) -> str:
        return self.field.money_of(row) or str(row.stripe_id)


class CardOf(Column):
    """The brand and the last digits of what was charged."""

    def text(self, row: Any) -> str:
        return card_name(row.brand, row.last4)


class Named(Column, Target):
    """A link to another row by its name, or by its id where it has not arrived."""

    def __init__(self, field: Any, site: AdminSite, title: Any = None) -> None:
        super().__init__(field, site, title)
        self.references = (field.name,)

    def __call__(self, row: StripeModel) -> str:
        stripe_id, target = self.found(row)
        if not stripe_id:
            return self.site.empty_value_display
        return self.link(stripe_id, str(target) if target else stripe_id)

    def text(self, row: Any) -> str:
        stripe_id, target = self.found(row)
        return str(target) if target else stripe_id

    def found(self, row: Any) -> tuple[str, Any]:
        """The id and, if it was read before, the row."""
        stripe_id = getattr(row, self.field.attname)
        return stripe_id or "", loaded(row, self.field.name) if stripe_id else None


class OfCharge(Named):
    """The customer of the charge that a row is about."""

    def __init__(self, field: Any, site: AdminSite, title: Any = None) -> None:
        super().__init__(field, site, title)
        self.references = ("charge", "charge__customer")

    def found(self, row: Any) -> tuple[str, Any]:
        charge = loaded(row, "charge")
        return super().found(charge) if charge else ("", None)


class Deadline(Column):
    """Until when evidence is accepted, with the days that are left while it is wanted."""

    def __call__(self, row: Any) -> str:
        if row.due_by is None:
            return self.site.empty_value_display
        if row.status not in Dispute.AWAITING_RESPONSE:
            return time(row.due_by)
        left, status = deadline(row.due_by)
        return format_html("{} {}", time(row.due_by), label(status, left))

    def text(self, row: Any) -> str:
        if row.due_by is None:
            return ""
        day = date_format(local(row.due_by), "DATE_FORMAT")
        return joined(
            day, deadline(row.due_by)[0] if row.status in Dispute.AWAITING_RESPONSE else ""
        )


class Products(Column):
    """The products of a subscription with their quantities and prices.

    Where its items were not read, it is the plan that it has if there is one item.
    """

    references = ("plan", "plan__product")
    lists = (Prefetch("items", SubscriptionItem.objects.select_related(*ITEM).order_by("pk")),)

    def text(self, row: Any) -> str:
        items = row.items.all() if "items" in getattr(row, "_prefetched_objects_cache", {}) else ()
        lines = [name for item in items if item.is_alive and (name := item_name(item))]
        return ", ".join(lines) or plan_name(row) or str(row)


class Expiry(Column):
    """The last month of a card."""

    def text(self, row: Any) -> str:
        return f"{row.exp_month:02}/{row.exp_year}" if row.exp_month and row.exp_year else ""
