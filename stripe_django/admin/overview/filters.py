"""The filter of a list by the segments that the overview counts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stripe_django.admin.lists.filters import TEMPLATE
from stripe_django.statistics.segments import SEGMENTS

NAME = "segment"


class SegmentFilter(admin.SimpleListFilter):
    """The rows that a number of the overview counts."""

    title = gettext_lazy("segment")
    template = TEMPLATE
    parameter_name = NAME

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.name, _(each.title)) for each in SEGMENTS if each.model is model_admin.model]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        for each in SEGMENTS:
            if each.name == self.value() and each.model is queryset.model:
                return each.rows(queryset, timezone.now())
        return queryset


def has_segments(model: type[Model]) -> bool:
    return any(each.model is model for each in SEGMENTS)
