"""The comparisons with Stripe in the admin, and the action on payouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from stripe_django.models import Payout, Verification

from .actions import AT_ONCE
from .lists.filters import ChoicesFilter
from .object_admin import ObjectAdmin, Panel, Tool
from .read_only import ReadOnlyAdmin, StripeAdmin
from .rendering.display import label
from .rendering.tables import Table
from .rendering.truncate import brief
from .sdk_operations import operations

HEADERS = [
    gettext_noop("object"),
    gettext_noop("id"),
    gettext_noop("difference"),
    gettext_noop("columns"),
]


class VerificationAdmin(ObjectAdmin, ReadOnlyAdmin):
    """Results of comparisons; the page of one names the differences."""

    list_display = [
        *("object_name", "account", "method", "state", "compared", "found", "repaired"),
        *("started_at", "took", "short_error"),
    ]
    list_filter = [("status", ChoicesFilter), ("method", ChoicesFilter)]
    search_fields = ["object_name__exact", "stripe_account__exact"]
    search_help_text = gettext_lazy(
        "The object as Stripe names it, or the complete id of the account."
    )
    ordering = ["-id"]
    sortable_by = ()
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("object_name", "account", "method", "state", "rows", "verified"),
                    *("confidence", "one_in", "found", "repaired", "since", "until", "as_of"),
                    *("started_at", "took", "seen_at", "finished_at", "error"),
                ]
            },
        ),
    ]

    @admin.display(description=gettext_lazy("account"))
    def account(self, row: Verification) -> str:
        return row.stripe_account or _("own account")

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: Verification) -> str:
        if row.is_dead:
            return label("stopped", _("stopped"))
        return label(row.status, row.get_status_display().lower())

    @admin.display(description=gettext_lazy("compared"))
    def compared(self, row: Verification) -> str:
        return compared(row)

    @admin.display(description=gettext_lazy("differences"))
    def found(self, row: Verification) -> str:
        counts = (f"{number} {named(name)}" for name, number in sorted(row.differences.items()))
        return ", ".join(counts) or "0"

    @admin.display(description=gettext_lazy("took"))
    def took(self, row: Verification) -> str:
        return str(timedelta(seconds=round(row.took.total_seconds())))

    @admin.display(description=gettext_lazy("error"))
    def short_error(self, row: Verification) -> str:
        return brief(row.error)

    def panels(self, request: HttpRequest, row: Verification) -> Iterator[Panel]:
        lines = [
            [each["object"], each["id"], named(each["difference"]), ", ".join(each["columns"])]
            for each in row.examples
        ]
        if lines:
            shown = {"table": Table([*map(_, HEADERS)], lines)}
            yield Panel("admin/stripe_django/connected.html", _("Differences"), shown)
        yield from super().panels(request, row)


class PayoutAdmin(StripeAdmin):
    """Payouts, which can be compared with their transactions."""

    actions = ["refresh", "reconcile"]

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        yield from super().pages()
        yield "reconcile", "reconcile/", self.reconcile_view

    def tools(self, request: HttpRequest, row: Payout) -> Iterator[Tool]:
        if self.has_refresh_permission(request):
            address = self.url(row, "reconcile")
            yield Tool(_("Reconcile with Stripe"), address, is_button=True)
        yield from super().tools(request, row)

    @transaction.non_atomic_requests
    def reconcile_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare one payout; nothing is sent to Stripe within a transaction."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.row_or_404(request, object_id)
        if not self.has_refresh_permission(request):
            raise PermissionDenied
        self.reconcile(request, [row])
        return HttpResponseRedirect(self.url(row))

    @admin.action(description=gettext_lazy("Reconcile with Stripe"), permissions=["refresh"])
    def reconcile(self, request: HttpRequest, chosen: QuerySet | list[Payout]) -> None:
        rows = list(chosen[: AT_ONCE + 1])
        right, wrong = operations().reconcile(rows[:AT_ONCE])
        if right:
            said = ngettext(
                "%d payout is the sum of its transactions.",
                "%d payouts are the sum of their transactions.",
                right,
            )
            self.message_user(request, said % right, messages.SUCCESS)
        for each in wrong:
            self.message_user(request, each, messages.ERROR)
        if len(rows) > AT_ONCE:
            said = _("Only the first %d were read: choose fewer, or run stripe_reconcile.")
            self.message_user(request, said % AT_ONCE, messages.WARNING)


def compared(row: Verification) -> str:
    """How many of how many."""
    some, all_rows = (
        number_format(each, force_grouping=True)
        for each in (row.verified, max(row.rows, row.verified))
    )
    return _("%(done)s of %(all)s") % {"done": some, "all": all_rows}


def line(row: Verification) -> str:
    """One sentence for the overview."""
    when = date_format(localtime(row.finished_at), "DATETIME_FORMAT") if row.finished_at else ""
    text = ngettext(
        "Verified %(compared)s on %(date)s: %(count)s difference",
        "Verified %(compared)s on %(date)s: %(count)s differences",
        row.remaining,
    )
    number = number_format(row.remaining, force_grouping=True)
    return text % {"compared": compared(row), "date": when, "count": number}


def named(difference: str) -> str:
    """A kind of difference in words; of a later version of this package, as it is stored."""
    labels = dict(Verification.Difference.choices)
    return str(labels.get(difference, difference))
