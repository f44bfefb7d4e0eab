"""Whether a request may pass, and the response if it may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from stripe_django.models import Customer

from .conditions import Narrow
from .customers import customers_by, customers_of

# From users to their customer: the names of the fields on the way, or a function of the request
# that returns the customer or its Stripe id.
CustomerSource = str | Callable[[HttpRequest], Customer | str | None]
# Where those without access go: a URL or its name, or a function of the request that returns a
# response. Without one, they get status 403.
Refusal = str | Callable[[HttpRequest], HttpResponseBase] | None


@dataclass(frozen=True)
class Gate:
    """Lets users pass whose customer meets the condition."""

    condition: Narrow
    customer: CustomerSource = ""
    no_access: Refusal = None
    login_url: str | None = None

    def refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        """The response for a user who may not pass; ``None`` for others.

        Raises ``PermissionDenied`` where there is no other response.
        """
        return self._refusal(request, request.user)

    async def arefusal(self, request: HttpRequest) -> HttpResponseBase | None:
        """The same, to be awaited. Queries, and the project's functions, run in a thread."""
        user = await request.auser()
        return await sync_to_async(self._refusal)(request, user)

    def _refusal(self, request: HttpRequest, user: Any) -> HttpResponseBase | None:
        if not user.is_authenticated:
            where = resolve_url(self.login_url or settings.LOGIN_URL)
            return redirect_to_login(request.get_full_path(), where)
        if self._has_access(request, user):
            return None
        return refused(request, self.no_access)

    def _has_access(self, request: HttpRequest, user: Any) -> bool:
        source = self.customer
        found = customers_by(source(request)) if callable(source) else customers_of(user, source)
        return bool(self.condition(found).exists())


def refused(request: HttpRequest, no_access: Refusal) -> HttpResponseBase:
    """The response for a user without access."""
    if no_access is None:
        raise PermissionDenied
    if callable(no_access):
        return no_access(request)
    return HttpResponseRedirect(resolve_url(no_access))
