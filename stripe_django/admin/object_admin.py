"""The extensions of an object's page: panels, buttons, and further pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page below the fields; the template gets the rest as its context."""

    template: str
    title: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """A link at the top of the page, or a button if it changes something."""

    label: str
    url: str
    is_button: bool = False


class ObjectAdmin(admin.ModelAdmin):
    """Collects the panels, tools and pages of subclasses."""

    summary_class: Any = None  # a subclass of summaries.summary.Summary

    def panels(self, request: HttpRequest, row: Any) -> Iterator[Panel]:
        yield from ()

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        yield from ()

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        """The further pages: name, path below that of the object, and view."""
        yield from ()

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<path:object_id>/{below}",
                self.admin_site.admin_view(view),
                name=self._url_name(name),
            )
            for name, below, view in self.pages()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if row := kwargs.get("obj"):
            if self.summary_class:
                summary = self.summary_class(row, request, self)
                context["stripe_summary"] = summary.context()
                context["stripe_tables"] = list(summary.tables())
            context["stripe_panels"] = list(self.panels(request, row))
            context["stripe_tools"] = list(self.tools(request, row))
        return super().render_change_form(request, context, *args, **kwargs)

    def url(self, row: Any, name: str = "change", *args: Any) -> str:
        """The URL of one of the object's pages; a view applies ``unquote`` to its arguments."""
        return reverse(
            f"admin:{self._url_name(name)}",
            args=[quote(row.pk), *map(quote, args)],
            current_app=self.admin_site.name,
        )

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def may_view(self, request: HttpRequest, model: Any) -> bool:
        """Whether the rows of another model may be shown to this user."""
        site = self.admin_site
        return site.is_registered(model) and site.get_model_admin(model).has_view_permission(
            request
        )

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"
