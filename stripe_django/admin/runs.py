"""The runs of ``stripe_sync`` in the admin, with their progress."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from stripe_django.models import SyncRange, SyncRun

from .lists.filters import ChoicesFilter
from .object_admin import ObjectAdmin, Panel
from .read_only import ReadOnlyAdmin
from .rendering.display import label
from .rendering.tables import Table
from .rendering.truncate import brief
from .run_progress import SUMS, progress

HEADERS = [gettext_noop("object"), gettext_noop("parts done"), *SUMS, gettext_noop("error")]


class SyncRunAdmin(ObjectAdmin, ReadOnlyAdmin):
    """Runs; the page of a run has a line for each object."""

    list_display = ["account", "kind", "state", "started_at", "took", "error"]
    list_filter = [("status", ChoicesFilter), ("kind", ChoicesFilter)]
    search_fields = ["stripe_account__exact"]
    search_help_text = gettext_lazy("The complete id of the connected account.")
    ordering = ["-id"]
    sortable_by = ()
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("account", "kind", "state", "started_at", "took", "seen_at", "finished_at"),
                    *("as_of", "since", "process", "error"),
                ]
            },
        ),
        (gettext_lazy("Objects"), {"fields": ["objects_read"], "classes": ["collapse"]}),
    ]

    @admin.display(description=gettext_lazy("account"))
    def account(self, run: SyncRun) -> str:
        return account(run)

    @admin.display(description=gettext_lazy("status"))
    def state(self, run: SyncRun) -> str:
        return state(run)

    @admin.display(description=gettext_lazy("took"))
    def took(self, run: SyncRun) -> str:
        return took(run)

    def panels(self, request: HttpRequest, row: SyncRun) -> Iterator[Panel]:
        ranges = SyncRange.objects.using(row._state.db).filter(run=row)
        found: Any = ranges.values("object_name").annotate(**progress()).order_by("object_name")
        lines = [[each["object_name"], *counts(each), brief(each["part_error"])] for each in found]
        if lines:
            shown = {"table": Table([*map(_, HEADERS)], lines)}
            yield Panel("admin/stripe_django/connected.html", _("Progress"), shown)
        yield from super().panels(request, row)


def account(run: SyncRun) -> str:
    return run.stripe_account or _("own account")


def state(run: SyncRun) -> str:
    """The status as a label; a killed process could not update it."""
    if run.is_dead:
        return label("stopped", _("stopped"))
    return label(run.status, run.get_status_display().lower())


def took(run: SyncRun) -> str:
    """Hours, minutes and seconds."""
    return str(timedelta(seconds=round(run.took.total_seconds())))


def counts(row: dict[str, Any]) -> list[str]:
    """The parts done, and the objects read, created, updated and failed."""
    done, parts, *sums = (
        number_format(row[name], force_grouping=True)
        for name in ("parts_done", "parts", *(f"sum_{name}" for name in SUMS))
    )
    return [_("%(done)s of %(all)s") % {"done": done, "all": parts}, *sums]
