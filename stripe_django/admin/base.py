from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows to whoever has the "view" permission, and lets nobody change them."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count the whole table, once for each filter
    list_select_related = False

    class Media:
        css = {"all": ["stripe_django/admin.css"]}

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


class StripeAdmin(ReadOnlyAdmin):
    """Shows the rows of a mirrored model."""

    search_help_text = "The whole Stripe id, or the whole e-mail address."

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        # Django allows it only where a model of the same site refers to this one.
        return to_field == "stripe_id" or super().to_field_allowed(request, to_field)


def quoted(term: str) -> str:
    escaped = term.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
