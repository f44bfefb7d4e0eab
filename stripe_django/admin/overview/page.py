"""The overview page of the mirror: its rows, their freshness, and failures."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format

from stripe_django.admin.read_only import ReadOnlyAdmin
from stripe_django.models import InboxEvent, PendingRead, Statistics, SyncRun, Verification

from . import stats
from .charts import charts
from .runs import Line, last_runs


class HomeAdmin(ReadOnlyAdmin):
    """Shows one page instead of a list, without reading a table of the mirror."""

    class Media:
        css = {"all": ["stripe_django/home.css"]}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        objects = self.objects(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Stripe: overview",
            "opts": self.opts,
            "media": self.media,
            "state": Statistics.objects.filter(pk=Statistics.SINGLETON).first(),
            "objects": objects,
            "ambiguous": any(each["row"].ambiguous for each in objects),
            "webhooks": stats.webhooks(),
            "charts": charts(),
            "runs": self.runs(request),
            "all_runs": self.list_of(SyncRun, request),
            "inbox": self.list_of(InboxEvent, request),
            "reads": self.list_of(PendingRead, request),
            "verifications": self.list_of(Verification, request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/stripe_django/home.html", context)

    def objects(self, request: HttpRequest) -> list[dict[str, Any]]:
        verified = stats.verified()
        return [
            {
                "verified": verified.get(model.stripe.object_name),
                "name": model._meta.verbose_name_plural,
                "list": self.list_of(model, request),
                "row": row,
                "rows": number_format(row.rows, force_grouping=True),
                "ambiguous": number_format(row.ambiguous, force_grouping=True),
            }
            for model, row in stats.objects()
        ]

    def runs(self, request: HttpRequest) -> list[Line]:
        its_admin: Any = self.admin_site._registry.get(SyncRun)
        may_view = self.list_of(SyncRun, request) is not None
        return [*last_runs(lambda run: its_admin.url(run) if may_view else "")]

    def list_of(self, model: type[Model], request: HttpRequest) -> str | None:
        """The URL of a model's list; ``None`` without the permission to view it."""
        of_model = self.admin_site._registry.get(model)
        if of_model is None or not of_model.has_view_permission(request):
            return None
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        return reverse(name, current_app=self.admin_site.name)
