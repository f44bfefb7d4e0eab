"""The rows of a filtered list as CSV, read and sent in parts."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import override

from stripe_django.fields import Amount
from stripe_django.money import to_decimal

from .column_types import Column, Named

EXPORT = "stripe_django.export_objects"
AT_ONCE = 1_000  # rows that are in memory
# With these, a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = Callable[[Any], Any]


class ExportAdmin(admin.ModelAdmin):
    """Exports a list as it is filtered; requires the permission."""

    list_prefetch: Sequence[Prefetch] = ()  # for the rows of a page

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(EXPORT))

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        more = {}
        if self.has_export_permission(request):
            more["export_url"] = f"export/?{request.GET.urlencode()}"
        return super().changelist_view(request, more | (extra_context or {}))

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not (self.has_view_permission(request) and self.has_export_permission(request)):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../")
        lines = written(self.model, rows, self.get_list_display(request), self.list_prefetch)
        name = f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class _Echo:
    """The file of a writer, which returns each line instead."""

    def write(self, line: str) -> str:
        return line


def written(model: Any, rows: QuerySet, shown: Any, prefetch: Any) -> Iterator[str]:
    """The lines of the file; a query for each part, and one for each table that is named."""
    found = columns(model, shown)
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([heading for heading, _ in found])  # so that Excel reads UTF-8
    for part in parts(rows.prefetch_related(None)):
        prefetch_related_objects(part, *prefetch)
        for row in part:
            yield writer.writerow([safe(value(row)) for _, value in found])


def parts(rows: QuerySet) -> Iterator[list[Any]]:
    """The rows, the newest to arrive first, without a query that runs for long."""
    rows = rows.order_by("-pk")
    part = list(rows[:AT_ONCE])
    while part:
        yield part
        part = list(rows.filter(pk__lt=part[-1].pk)[:AT_ONCE])


def columns(model: Any, shown: Any) -> list[tuple[str, Value]]:
    """The id, what the list shows, every other amount, and the currency."""
    fields = {field.name: field for field in model._meta.fields}
    found: dict[str, Value] = {}
    for each in shown:
        if isinstance(each, Named):
            found |= _named(each)
        elif isinstance(each, Column) and not isinstance(each.field, Amount):
            with override(None):  # the same heading in every language
                found[str(each.short_description)] = each.text
        else:
            field = getattr(each, "field", None) or fields[each]
            found[field.name] = _value_of(field)
    others = [it for it in fields.values() if isinstance(it, Amount) or it.name == "currency"]
    for field in others:
        found.setdefault(field.name, _value_of(field))
    return [("stripe_id", found.pop("stripe_id")), *found.items()]


def _named(column: Named) -> dict[str, Value]:
    """The id of another row, its name, and the address of a customer."""

    def stripe_id(row: Any) -> Any:
        return column.found(row)[0]

    def email(row: Any) -> Any:
        return getattr(column.found(row)[1], "email", None)

    name = column.field.name
    more = {"customer_email": email} if name == "customer" else {}
    return {f"{name}_id": stripe_id, name: column.text, **more}


def _value_of(field: Any) -> Value:
    if isinstance(field, Amount):
        return lambda row: _amount(getattr(row, field.attname), getattr(row, field.currency, None))
    return lambda row: getattr(row, field.attname)


def _amount(amount: int | None, currency: str | None) -> Decimal | int | None:
    """In the main unit; of an unknown currency the number that Stripe sent."""
    exact = None if amount is None else to_decimal(amount, currency or "")
    return amount if exact is None else exact


def safe(value: Any) -> Any:
    """A value as a spreadsheet shows it: times in UTC, and texts that are no formulas."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
