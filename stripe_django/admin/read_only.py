from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Prefetch, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _

from .actions import RefreshAdmin
from .app_list import is_listed
from .history import HistoryAdmin
from .lists.export import ExportAdmin
from .lists.search_page import matching
from .pagination import BoundedChangeList, BoundedPaginator
from .related_panels import RelatedPanelsAdmin
from .rendering.display import EMPTY, Cell, cell
from .rendering.encodable import encodable


class ReadOnlyAdmin(admin.ModelAdmin):
    """Read-only pages; they require the "view" permission."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count the whole table, once for each filter
    list_select_related = False
    list_max_show_all = 0
    list_prefetch: Sequence[Prefetch] = ()  # for the rows of a page
    paginator = BoundedPaginator

    class Media:
        css = {
            "all": [
                "stripe_django/admin.css",
                "stripe_django/panels.css",
                "stripe_django/lists.css",
            ]
        }
        js = [Script("stripe_django/admin.js", defer=True)]

    def __init__(self, model: Any, admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self._cells: dict[Any, Any] = {
            field.name: cell(field, admin_site)
            for field in model._meta.fields
            if isinstance(field, DateTimeField) or field.name == "status"
        }
        self.list_display = self._as_cells(self.list_display)

    def _as_cells(self, names: Iterable[Any]) -> list[Any]:
        """Times in the format of all pages, and statuses in their colours."""
        return [self._cells.get(name, name) for name in names]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        return self._as_cells(super().get_sortable_by(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (title, options | {"fields": self._as_cells(options["fields"])})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # An expression in an address may be none, or keep the database busy.
        is_expression = lookup.rpartition("__")[2] in ("regex", "iregex")
        return not is_expression and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        # In quotes, because Django would split at spaces, and an id may contain them.
        return super().get_search_results(
            request, queryset, quoted(search_term) if search_term else ""
        )


class StripeAdmin(ExportAdmin, RelatedPanelsAdmin, HistoryAdmin, RefreshAdmin, ReadOnlyAdmin):
    """Shows the rows of a mirrored model."""

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        for each in urls:
            each.callback = encodable(each.callback)
        return urls

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if search_term.strip():
            found = matching(request, self.admin_site, self.model, search_term)
            queryset = queryset.filter(pk__in=found)
        return queryset, False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and is_listed(self.model, request)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        # Django allows it only where a model of the same site refers to this one.
        return to_field == "stripe_id" or super().to_field_allowed(request, to_field)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The page of one object reads what its summary names in the same query."""
        found = super().get_queryset(request)
        address = request.resolver_match
        if self.summary_class and address and "object_id" in address.kwargs:
            return found.select_related(*self.summary_class.references)
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The groups of what the row has, and of what it has not, but for retired fields."""
        found = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        unset: list[Any] = []
        groups = []
        for title, options in found:
            names = options["fields"]
            missing = [name for name in names if is_unset(name, obj)]
            unset += [name for name in missing if not is_retired(name, obj)]
            if kept := [name for name in names if name not in missing]:
                groups.append((title, options | {"fields": kept}))
        if unset:
            groups.append((_("Unset"), {"fields": unset, "classes": ["collapse"]}))
        return groups


def field_of(name: Any, row: Any) -> Any:
    return name.field if isinstance(name, Cell) else row._meta.get_field(name)


def is_unset(name: Any, row: Any) -> bool:
    """Whether a column has nothing to show; links are skipped, because they need a query."""
    field = field_of(name, row)
    if field.many_to_many:
        return False
    value = name.value(row) if isinstance(name, Cell) else getattr(row, field.attname)
    return value in EMPTY


def is_retired(name: Any, row: Any) -> bool:
    return getattr(field_of(name, row), "retired", False)


def quoted(term: str) -> str:
    escaped = term.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
