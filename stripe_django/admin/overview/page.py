"""The overview: what the business earns and what is to be done, and the page of the machinery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django.admin.read_only import ReadOnlyAdmin
from stripe_django.models import Statistics

from . import machinery
from .business_figures import figures
from .ranges import RANGES, chosen
from .sections import sections
from .tiles import ListOf, tiles

RANGE = "range"


class OverviewAdmin(ReadOnlyAdmin):
    """Shows two pages instead of a list, without reading a table of the mirror."""

    class Media:
        css = {"all": ["stripe_django/overview.css"]}

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_machinery"
        view = self.admin_site.admin_view(self.machinery_view)
        return [path("machinery/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        span, today = chosen(request.GET.get(RANGE)), timezone.now().astimezone(UTC).date()
        list_of = self.lists(request)

        def context() -> dict[str, Any]:
            found = figures()
            return {
                "title": _("Stripe: overview"),
                "tiles": [*tiles(found, today, list_of)],
                "counted_at": found.taken_at.get("segments"),
                "sections": [*sections(found, span, today, list_of)],
                "ranges": [(each, each is span) for each in RANGES],
                **(extra_context or {}),
            }

        return self.page(request, "overview", context)

    def machinery_view(self, request: HttpRequest) -> TemplateResponse:
        return self.page(
            request, "machinery", lambda: machinery.context(self.admin_site, self.lists(request))
        )

    def page(
        self, request: HttpRequest, name: str, context: Callable[[], dict[str, Any]]
    ) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            f"admin/stripe_django/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "media": self.media,
                "state": Statistics.objects.filter(pk=Statistics.SINGLETON).first(),
                **context(),
            },
        )

    def lists(self, request: HttpRequest) -> ListOf:
        """The URL of a model's list; ``None`` without the permission to view it."""

        def list_of(model: type[Model]) -> str | None:
            of_model = self.admin_site._registry.get(model)
            if of_model is None or not of_model.has_view_permission(request):
                return None
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            return reverse(name, current_app=self.admin_site.name)

        return list_of
