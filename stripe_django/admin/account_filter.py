"""The filter by account of every list of objects."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from stripe_django.models import MirroredAccount

from .lists.filters import TEMPLATE

OWN = "own"
SHOWN = 50  # accounts in the filter


class AccountFilter(admin.SimpleListFilter):
    """The objects of one account, where there are several."""

    title = gettext_lazy("account")
    template = TEMPLATE
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = MirroredAccount.objects.order_by("stripe_account")[:SHOWN]
        found = [(each.stripe_account or OWN, str(each)) for each in known]
        chosen = self.value()
        if chosen and chosen not in dict(found):
            found.append((chosen, chosen))
        return found

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not (chosen := self.value()):
            return queryset
        return queryset.filter(stripe_account="" if chosen == OWN else chosen)
