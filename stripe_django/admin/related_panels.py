"""A panel for each relation that refers to an object."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from stripe_django import fields
from stripe_django.models import BalanceTransaction

from .lists.columns import joined
from .object_admin import ObjectAdmin, Panel
from .relations import Relation, existing, newest, relations
from .rendering.tables import Table, cells_of, table

ROWS = 10
PANELS = 4  # with rows; of other relations the page has a link

# The other relations follow by name.
FIRST = (
    *("subscriptions", "invoices", "line_items", "payments", "charges", "refunds", "disputes"),
    *("application_fees", "payment_intents", "payment_methods", "setup_intents"),
)

# Objects that the page of a referring object shows, with their columns.
REFERENCED: dict[Any, tuple[str, ...]] = {
    BalanceTransaction: ("stripe_id", "amount", "fee", "net", "status", "available_on")
}


class RelatedPanelsAdmin(ObjectAdmin):
    """Shows the rows that refer to an object, and the balance transaction that it refers to."""

    def panels(self, request: HttpRequest, row: Any) -> Iterator[Panel]:
        replaced = self.summary_class.replaces if self.summary_class else ()
        yield from self._referenced(request, row, replaced)
        visible = [it for it in self._visible(request) if it.name not in replaced]
        found = [*existing(row, visible)]
        found.sort(key=lambda relation: rank(relation.name))
        for relation in found[:PANELS]:
            its_admin = self.admin_site.get_model_admin(relation.model)
            named = joined(relation.of(row), its_admin.list_display)
            rows = newest(named, relation.field.name, ROWS + 1)
            shown = self._table(relation, rows[:ROWS])
            more = self._list(relation, row) if len(rows) > ROWS else ""
            yield panel(title(relation), shown, more)
        if others := found[PANELS:]:
            links = [(title(relation), self._list(relation, row)) for relation in others]
            yield Panel("admin/stripe_django/links.html", "", {"links": links})
        yield from super().panels(request, row)

    def _visible(self, request: HttpRequest) -> list[Relation]:
        model: Any = self.model
        return [it for it in relations(model) if self.may_view(request, it.model)]

    def _referenced(
        self, request: HttpRequest, row: Any, replaced: Collection[str]
    ) -> Iterator[Panel]:
        for field in self.opts.concrete_fields:
            target: Any = field.related_model if isinstance(field, fields.Reference) else None
            if (
                target not in REFERENCED
                or field.name in replaced
                or not self.may_view(request, target)
            ):
                continue
            if found := getattr(row, field.name):
                its_admin = self.admin_site.get_model_admin(target)
                shown = table([found], its_admin, cells_of(its_admin, REFERENCED[target]))
                yield panel(str(field.verbose_name), shown)

    def _table(self, relation: Relation, rows: list[Any]) -> Table:
        its_admin = self.admin_site.get_model_admin(relation.model)
        columns = [
            column
            for column in its_admin.list_display
            if getattr(column, "__name__", column) != relation.field.name
        ]
        return table(rows, its_admin, columns)

    def _list(self, relation: Relation, row: Any) -> str:
        meta = relation.model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_changelist"
        listed = reverse(name, current_app=self.admin_site.name)
        return f"{listed}?{urlencode({relation.field.name: row.stripe_id})}"


def panel(heading: str, shown: Table, more: str = "") -> Panel:
    return Panel("admin/stripe_django/connected.html", heading, {"table": shown, "more": more})


def title(relation: Relation) -> str:
    return pgettext("relation", relation.label)


def rank(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)
