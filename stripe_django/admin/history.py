"""The history of an object, and its page as of one of its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import helpers
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.fields import Amount
from stripe_django.models import Event
from stripe_django.models.base import StripeModel, columns
from stripe_django.models.changes import Change, changes
from stripe_django.money import format_money

from .object_admin import ObjectAdmin, Panel, Tool
from .rendering.json_tree import as_time, without_nulls
from .rendering.times import time, time_and_age
from .rendering.truncate import brief
from .sdk_operations import operations

EVENTS = 10  # on a page
CHANGES = 12  # of one event
ANCHOR = "stripe-history"  # on the page of an object


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the history of an object."""

    event: Any
    when: str
    url: str
    as_of: str
    changes: list[Change]
    left_out: int


class HistoryAdmin(ObjectAdmin):
    """Shows the events of an object, their changes, and the object as of each event."""

    has_history = True

    def may_see_history(self, request: HttpRequest) -> bool:
        """Whether the user may view the events of these objects, which have a table of their own
        for the second API version.
        """
        return self.may_view(request, self.model.event_model())

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        yield from super().pages()
        yield "as_of", "as-of/<path:event_id>/", self.as_of_view

    def panels(self, request: HttpRequest, row: Any) -> Iterator[Panel]:
        yield from super().panels(request, row)
        if self.has_history and self.may_see_history(request):
            found = list(row.history()[: EVENTS + 1])
            entries = [self._entry(row, event) for event in found[:EVENTS]]
            more = self._all(row) if len(found) > EVENTS else ""
            shown = {"entries": entries, "more": more}
            yield Panel("admin/stripe_django/history.html", _("History"), shown)

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        yield from super().tools(request, row)
        if self.has_history and self.may_see_history(request):
            yield Tool(_("History"), f"#{ANCHOR}")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The history of an object is on its page; Django's would be that of changes in here."""
        row = self.row_or_404(request, object_id)
        return HttpResponseRedirect(f"{self.url(row)}#{ANCHOR}")

    def _all(self, row: Any) -> str:
        name = f"admin:stripe_django_{row.event_model()._meta.model_name}_changelist"
        changelist = reverse(name, current_app=self.admin_site.name)
        return f"{changelist}?{urlencode({'object_id': row.stripe_id})}"

    def _entry(self, row: Any, event: Any) -> Entry:
        found = [readable(row, it) for it in event.changed]
        name = f"admin:stripe_django_{event._meta.model_name}_change"
        shows = isinstance(event, Event)
        return Entry(
            event=event,
            when=time_and_age(event.created) if event.created else "",
            url=reverse(name, args=[event.pk], current_app=self.admin_site.name),
            as_of=self.url(row, "as_of", event.stripe_id) if shows else "",
            changes=found[:CHANGES],
            left_out=len(found[CHANGES:]),
        )

    def as_of_view(self, request: HttpRequest, object_id: str, event_id: str) -> HttpResponse:
        """The page of the object, filled from the snapshot in an event."""
        row = self.row_or_404(request, object_id)
        if not self.may_see_history(request):
            raise PermissionDenied
        events = Event.objects.using(row._state.db).for_object(row)
        shown = events.filter(stripe_id=unquote(event_id)).first()
        if shown is None:
            raise Http404(_("There is no such event of this object."))
        try:
            then = operations().snapshot(row, shown)
        except PayloadError as error:
            raise Http404(str(error)) from error
        return TemplateResponse(
            request, "admin/stripe_django/as_of.html", self._as_of(request, row, shown, then)
        )

    def _as_of(self, request: HttpRequest, row: Any, event: Any, then: Any) -> dict[str, Any]:
        form = self._form_of(request, then)
        since = changes(then.to_stripe(), row.to_stripe())
        return {
            **self.admin_site.each_context(request),
            "title": _("%(object)s as of %(event)s") % {"object": row, "event": event.type},
            "opts": self.opts,
            "row": row,
            "row_url": self.url(row),
            "event": event,
            "when": time(event.created) if event.created else "",
            "event_url": reverse("admin:stripe_django_event_change", args=[event.pk]),
            "then": then,
            "differences": [readable(row, it) for it in since],
            "adminform": form,
            "media": self.media + form.media,
        }

    def _form_of(self, request: HttpRequest, then: Any) -> helpers.AdminForm:
        """The fields of the page; the links of many-to-many fields are those of today."""
        linked = {field.name for field in self.opts.many_to_many}
        shown: list[Any] = []
        for title, options in self.get_fieldsets(request, then):
            kept = [each for each in options["fields"] if _name(each) not in linked]
            if kept:
                shown.append((title, options | {"fields": kept}))
        form = self.get_form(request, then, change=True)(instance=then)
        return helpers.AdminForm(form, shown, {}, flatten_fieldsets(shown), model_admin=self)


class SubjectAdmin(HistoryAdmin):
    """Links from an event to its object."""

    has_history = False

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        model = registry.model_of({"object": row.object_name})
        if model and self.admin_site.is_registered(model) and row.object_id:
            its_admin: Any = self.admin_site.get_model_admin(model)
            about = model._default_manager.using(row._state.db).filter(stripe_id=row.object_id)
            if its_admin.has_view_permission(request) and (found := about.first()):
                name = {"kind": model._meta.verbose_name}
                if isinstance(row, Event) and isinstance(its_admin, HistoryAdmin):
                    then = its_admin.url(found, "as_of", row.stripe_id)
                    yield Tool(_("The %(kind)s as of this") % name, then)
                yield Tool(_("The %(kind)s now") % name, its_admin.url(found))
        yield from super().tools(request, row)


def readable(row: Any, change: Change) -> Change:
    """A change of a row with its values as short text: times as such, and amounts as money."""
    model: type[StripeModel] = type(row)
    column = columns(model).get(change.path)
    key = change.path.rpartition(".")[2]

    def text(value: Any) -> str:
        if isinstance(column, Amount) and type(value) is int:
            return format_money(value, getattr(row, column.currency, None))
        return as_time(value, key) or brief(without_nulls(value))

    return Change(change.path, text(change.before), text(change.after))


def _name(shown: Any) -> str:
    return shown if isinstance(shown, str) else str(shown.__name__)
