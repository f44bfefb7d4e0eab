"""What every summary is made of: a headline, facts, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from stripe_django.admin.object_admin import ObjectAdmin, Panel
from stripe_django.admin.rendering.display import Target, cell, label, money
from stripe_django.admin.rendering.status_colors import ALARMS
from stripe_django.admin.rendering.tables import Table, linked
from stripe_django.admin.rendering.times import deadline, time
from stripe_django.money import format_money

Fact = tuple[str, str]
Amounts = Mapping[str | None, int | Decimal]


def hash_of(value: Any) -> Mapping[str, Any]:
    """A hash of a payload, empty if it has none, or something else in its place."""
    return value if isinstance(value, dict) else {}


class Summary:
    """The summary of one row; subclasses know a model.

    The page reads ``references`` with the row, and has no panels of the relations that it
    ``replaces``. What the user may not view is left out.
    """

    references: tuple[str, ...] = ()
    replaces: frozenset[str] = frozenset()

    def __init__(self, row: Any, request: HttpRequest, model_admin: ObjectAdmin) -> None:
        self.row = row
        self.request = request
        self.model_admin = model_admin

    def headline(self) -> Iterator[str]:
        """The amount or the name, and the status."""
        raise NotImplementedError

    def facts(self) -> Iterator[Fact]:
        """Labels and values; those without a value are not shown."""
        raise NotImplementedError

    def tables(self) -> Iterator[Panel]:
        yield from ()

    def context(self) -> dict[str, Any]:
        return {
            "headline": [part for part in self.headline() if part],
            "facts": [fact for fact in (*self.facts(), self.fact("stripe_id")) if fact[1]],
        }

    def may_view(self, *models: Any) -> bool:
        return all(self.model_admin.may_view(self.request, model) for model in models)

    def rows(self, model: Any) -> Any:
        """The rows of another model, in the database of this one."""
        return model._default_manager.using(self.row._state.db)

    def value(self, name: str) -> str:
        """A column of the row, as the page shows it; empty without a value."""
        field = self.row._meta.get_field(name)
        if getattr(self.row, field.attname) in (None, ""):
            return ""
        shown = cell(field, self.model_admin.admin_site)
        return shown(self.row) if shown else str(getattr(self.row, field.attname))

    def fact(self, name: str) -> Fact:
        """A column with its own name."""
        return capfirst(str(self.row._meta.get_field(name).verbose_name)), self.value(name)

    def alarms(self) -> Iterator[str]:
        """The flags that are true and should not be."""
        for field in self.row._meta.concrete_fields:
            if field.name in ALARMS and getattr(self.row, field.attname):
                yield label(field.name, capfirst(str(field.verbose_name)))

    def link(self, row: Any, name: str, text: str = "") -> str:
        """A link to what a reference of a row names, by the name that people know it by.

        ``text`` is another text for those who may view it.
        """
        field = row._meta.get_field(name)
        stripe_id = getattr(row, field.attname)
        if not stripe_id:
            return ""
        target = getattr(row, name) if self.may_view(field.related_model) else None
        shown = stripe_id if target is None else text or str(target)
        return Target(field, self.model_admin.admin_site).link(stripe_id, shown)

    def to(self, row: Any, text: str) -> str:
        """A link to the page of a row that the user may view."""
        return linked(row, text, self.model_admin.admin_site.get_model_admin(type(row)))

    def panel(self, title: str, table: Table, more: str = "") -> Panel:
        shown = {"table": table.without_empty(""), "more": more}
        return Panel("admin/stripe_django/connected.html", title, shown)

    def list_of(self, model: Any, **lookups: str) -> str:
        """The address of the rows of another model that refer to this one."""
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        listed = reverse(name, current_app=self.model_admin.admin_site.name)
        return f"{listed}?{urlencode(lookups)}"


def amounts(totals: Amounts) -> str:
    """The amounts that are not zero, by currency."""
    shown = (
        money(format_money(int(Decimal(total).quantize(Decimal(1), ROUND_HALF_EVEN)), currency))
        for currency, total in sorted(totals.items(), key=lambda item: item[0] or "")
        if total
    )
    return joined(shown)


def card_of(row: Any) -> str:
    """The card or bank account of a charge or a payment method: Visa ••4242, 12/2030."""
    if not row.last4:
        return ""
    brand = (row.brand or getattr(row, "type", None) or "").replace("_", " ").capitalize()
    expiry = f", {row.exp_month}/{row.exp_year}" if row.exp_month and row.exp_year else ""
    return f"{brand} ••{row.last4}{expiry}".strip()


def due(moment: datetime | None, *, is_over: bool = False) -> str:
    """A time and the days that are left, unless it matters no more."""
    if moment is None:
        return ""
    if is_over:
        return time(moment)
    left, status = deadline(moment)
    return format_html("{} {}", time(moment), label(status, left))


def joined(parts: Iterable[str]) -> SafeString:
    return format_html_join(" ", "{}", ((part,) for part in parts if part))
