"""The inbox of events in the admin: their status and errors, and actions to retry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stripe_django.models import HandlerRun, InboxEvent, PendingRead

from .lists.filters import ChoicesFilter
from .read_only import ReadOnlyAdmin
from .sdk_operations import operations

if TYPE_CHECKING:
    from stripe_django.sync.events.retry import Retried


class WorkAdmin(ReadOnlyAdmin):
    """Tables of this package's own; filters have fixed choices, so that they query nothing."""

    ordering = ["-id"]
    sortable_by = ["next_attempt_at"]

    def report(self, request: HttpRequest, retried: Retried) -> None:
        counted = retried.events + retried.runs
        said = ", ".join(
            f"{intcomma(count)} {_(status)}" for status, count in sorted(counted.items())
        )
        level = messages.WARNING if retried.failures else messages.SUCCESS
        self.message_user(request, said or _("Nothing to do."), level)


class InboxEventAdmin(WorkAdmin):
    list_display = [
        *("event_id", "type", "status", "attempts", "next_attempt_at", "received_at", "reason")
    ]
    list_filter = [("status", ChoicesFilter)]
    search_fields = ["event_id__exact"]
    search_help_text = gettext_lazy("The complete id of the event.")
    actions = ["retry", "replay"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("event_id", "type", "object_name", "object_id", "status", "reason"),
                    *("attempts", "next_attempt_at", "sent_at", "received_at", "finished_at"),
                ]
            },
        ),
        (gettext_lazy("Body"), {"fields": ["pretty_body"], "classes": ["collapse"]}),
    ]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stripe_django.replay_inboxevent")

    @admin.display(description=gettext_lazy("body"))
    def pretty_body(self, event: InboxEvent) -> str:
        """Indented, until it is stored among the events."""
        if not event.body:
            return self.get_empty_value_display()
        text = json.dumps(json.loads(event.body), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text)

    @admin.action(
        description=gettext_lazy("Retry events that are not applied"), permissions=["replay"]
    )
    def retry(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.report(request, operations().retry_events(_ids(chosen)))

    @admin.action(description=gettext_lazy("Apply events again"), permissions=["replay"])
    def replay(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.report(request, operations().replay_events(_ids(chosen)))


class HandlerRunAdmin(WorkAdmin):
    list_display = ["event_id", "handler", "status", "attempts", "next_attempt_at", "finished_at"]
    list_filter = [("status", ChoicesFilter)]
    search_fields = ["event_id__exact"]
    search_help_text = gettext_lazy("The complete id of the event.")
    actions = ["retry"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stripe_django.retry_handlerrun")

    @admin.action(description=gettext_lazy("Retry runs that are not done"), permissions=["retry"])
    def retry(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.report(request, operations().retry_runs(chosen))


class PendingReadAdmin(WorkAdmin):
    list_display = ["stripe_id", "object_name", "reason", "attempts", "next_attempt_at", "error"]
    list_filter = [("reason", ChoicesFilter)]
    search_fields = ["stripe_id__exact"]
    search_help_text = gettext_lazy("The complete Stripe id.")


ADMINS: tuple[tuple[Any, type[WorkAdmin]], ...] = (
    (InboxEvent, InboxEventAdmin),
    (HandlerRun, HandlerRunAdmin),
    (PendingRead, PendingReadAdmin),
)


def _ids(chosen: QuerySet) -> QuerySet:
    """As a query, because all pages may be chosen at once."""
    return chosen.order_by().values("event_id")
