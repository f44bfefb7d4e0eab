"""Refreshing objects from Stripe, and applying an event again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stripe_django.models import Event, InboxEvent

from .history import SubjectAdmin
from .object_admin import ObjectAdmin, Tool
from .sdk_operations import operations

AT_ONCE = 100  # one request to Stripe for each
REFRESH = "stripe_django.refresh_objects"
REPLAY = "stripe_django.replay_inboxevent"


class RefreshAdmin(ObjectAdmin):
    """Fetches objects again from Stripe; requires the permission."""

    actions = ["refresh"]

    def has_refresh_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(REFRESH))

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        yield from super().pages()
        yield "refresh", "refresh/", self.refresh_view

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        if self.has_refresh_permission(request):
            yield Tool(_("Refresh from Stripe"), self.url(row, "refresh"), is_button=True)
        yield from super().tools(request, row)

    @transaction.non_atomic_requests
    def refresh_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Fetch one object again; nothing is sent to Stripe within a transaction."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.row_or_404(request, object_id)
        if not self.has_refresh_permission(request):
            raise PermissionDenied
        if refusal := refused(row):
            self.message_user(request, refusal, messages.ERROR)
        else:
            self.message_user(request, _("Read again from Stripe."), messages.SUCCESS)
        return HttpResponseRedirect(self.url(row))

    @admin.action(description=gettext_lazy("Refresh from Stripe"), permissions=["refresh"])
    def refresh(self, request: HttpRequest, chosen: QuerySet) -> None:
        rows = list(chosen[: AT_ONCE + 1])
        refusals = [refusal for row in rows[:AT_ONCE] if (refusal := refused(row))]
        read = len(rows[:AT_ONCE]) - len(refusals)
        if read:
            said = ngettext("%d object read again.", "%d objects read again.", read) % read
            self.message_user(request, said, messages.SUCCESS)
        for refusal in dict.fromkeys(refusals):
            self.message_user(request, refusal, messages.ERROR)
        if len(rows) > AT_ONCE:
            said = _("Only the first %d were read: choose fewer, or run stripe_sync.") % AT_ONCE
            self.message_user(request, said, messages.WARNING)


class ReplayAdmin(SubjectAdmin, RefreshAdmin):
    """Applies an event again; requires the permission."""

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        yield from super().pages()
        yield "replay", "replay/", self.replay_view

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        yield from super().tools(request, row)
        if isinstance(row, Event) and request.user.has_perm(REPLAY):
            yield Tool(_("Apply again"), self.url(row, "replay"), is_button=True)

    @transaction.non_atomic_requests
    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        event = self.row_or_404(request, object_id)
        if not request.user.has_perm(REPLAY):
            raise PermissionDenied
        said, level = replayed(event)
        self.message_user(request, said, level)
        return HttpResponseRedirect(self.url(event))


def refused(row: Any) -> str:
    """Fetch an object again; returns the error, empty on success."""
    refusal: str = operations().refresh(row)
    return refusal


def replayed(event: Any) -> tuple[str, int]:
    """Apply an event again, or retry what of it failed; return a message and its level."""
    inbox = InboxEvent.objects.using(event._state.db).filter(event_id=event.stripe_id)
    if not inbox.exists():  # it was read in a list: handlers are for those that are delivered
        failure = operations().apply(event)
        return (failure, messages.ERROR) if failure else (_("Applied."), messages.SUCCESS)
    ids = [event.stripe_id]
    done = operations().replay_events(ids)
    if not done.events:
        done = operations().retry_events(ids)
    said = ", ".join(
        f"{count:,} {status}" for status, count in sorted((done.events + done.runs).items())
    )
    return said or _("Nothing to do."), messages.WARNING if done.failures else messages.SUCCESS
