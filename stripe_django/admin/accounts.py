"""The mirrored accounts in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stripe_django.models import MirroredAccount

from .account_filter import OWN, AccountFilter
from .app_list import filled
from .lists.filters import ChoicesFilter
from .object_admin import ObjectAdmin, Panel
from .read_only import ReadOnlyAdmin
from .rendering.display import label
from .rendering.tables import Table
from .sdk_operations import operations

MANAGE = "stripe_django.manage_mirroredaccount"
COUNTED = 1_000  # rows of a table, beyond which they are not counted
AT_ONCE = 10  # accounts, each of which takes two requests to Stripe


class MirroredAccountAdmin(ObjectAdmin, ReadOnlyAdmin):
    """Accounts and how far each was read; the page of one has its objects."""

    list_display = ["name", "stripe_id", "key", "status", "synced_at", "read_until", "error"]
    list_filter = [("state", ChoicesFilter)]
    search_fields = ["stripe_account__exact", "alias__exact"]
    search_help_text = gettext_lazy("The complete id of the account, or its name in ACCOUNTS.")
    ordering = ["stripe_account"]
    sortable_by = ()
    actions = ["poll", "pause", "resume"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("name", "stripe_id", "key", "status", "synced_at", "read_until"),
                    *("missed_since", "next_due_at", "error"),
                ]
            },
        )
    ]

    @admin.display(description=gettext_lazy("account"))
    def name(self, account: MirroredAccount) -> str:
        return str(account)

    @admin.display(description=gettext_lazy("id"))
    def stripe_id(self, account: MirroredAccount) -> str:
        return account.stripe_account or self.get_empty_value_display()

    @admin.display(description=gettext_lazy("read with"))
    def key(self, account: MirroredAccount) -> str:
        if account.parent is None:
            return _("its own key")
        return _("the key of %s") % (account.parent or _("your own account"))

    @admin.display(description=gettext_lazy("state"))
    def status(self, account: MirroredAccount) -> str:
        return label(account.state, account.get_state_display())

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MANAGE))

    @admin.action(
        description=gettext_lazy("Read new events from Stripe now"), permissions=["manage"]
    )
    def poll(self, request: HttpRequest, chosen: QuerySet) -> None:
        accounts = list(chosen[: AT_ONCE + 1])
        for account in accounts[:AT_ONCE]:
            error = operations().poll(account.stripe_account)
            said = error or _("%s is current.") % account
            level = messages.ERROR if error else messages.SUCCESS
            self.message_user(request, said, level)
        if len(accounts) > AT_ONCE:
            said = _("Only the first %d were read: stripe_events poll --all-accounts reads all.")
            self.message_user(request, said % AT_ONCE, messages.WARNING)

    @admin.action(
        description=gettext_lazy("Pause: leave the accounts alone"), permissions=["manage"]
    )
    def pause(self, request: HttpRequest, chosen: QuerySet) -> None:
        self._set(request, chosen, MirroredAccount.State.PAUSED)

    @admin.action(
        description=gettext_lazy("Resume: read the accounts again"), permissions=["manage"]
    )
    def resume(self, request: HttpRequest, chosen: QuerySet) -> None:
        self._set(request, chosen, MirroredAccount.State.ACTIVE)

    def _set(self, request: HttpRequest, chosen: QuerySet, state: str) -> None:
        others = chosen.order_by().exclude(stripe_account="")
        changed = MirroredAccount.set_state(others, state, next_due_at=None, error="")
        said = _("%(number)d accounts: %(state)s") % {
            "number": changed,
            "state": MirroredAccount.State(state).label,
        }
        self.message_user(request, said, messages.SUCCESS)

    def panels(self, request: HttpRequest, row: MirroredAccount) -> Iterator[Panel]:
        lines = [*self._objects(request, row)]
        if lines:
            shown = {"table": Table([_("object"), _("rows")], lines)}
            yield Panel("admin/stripe_django/connected.html", _("Objects"), shown)
        yield from super().panels(request, row)

    def _objects(self, request: HttpRequest, account: MirroredAccount) -> Iterator[list[str]]:
        """Each object with a link to its list; counted where an index finds the account's rows."""
        connection = connections[account._state.db or DEFAULT_DB_ALIAS]
        is_indexed = connection.features.supports_partial_indexes and not account.is_own
        for model in sorted(filled.look(), key=lambda model: str(model._meta.verbose_name)):
            if not self.may_view(request, model):
                continue
            rows = model._default_manager.using(account._state.db).filter(
                stripe_account=account.stripe_account
            )
            count = rows.order_by()[: COUNTED + 1].count() if is_indexed else None
            if count != 0:
                yield [_link(self, model, account), _number(count)]


def _number(count: int | None) -> str:
    if count is None:
        return ""
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _link(of: ObjectAdmin, model: Any, account: MirroredAccount) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    listed = reverse(name, current_app=of.admin_site.name)
    query = urlencode({AccountFilter.parameter_name: account.stripe_account or OWN})
    return format_html('<a href="{}?{}">{}</a>', listed, query, model._meta.verbose_name_plural)
