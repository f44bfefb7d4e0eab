"""Mixins of class-based views, sync and async. They come before ``View`` among the bases."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from stripe_django.models import Customer
from stripe_django.models.querysets.access.wanted import AccessOptions

from .conditions import Narrow, has_entitlement, has_subscription
from .customers import customer_of
from .gates import CustomerSource, Gate, refused


class CustomerRequiredMixin:
    """What both mixins have in common."""

    customer_path: str = ""
    no_access: str | None = None
    login_url: str | None = None

    request: HttpRequest
    view_is_async: bool

    def get_customer(self) -> Customer | str | None:
        """The customer, or its Stripe id; that of ``self.request.user`` unless overridden."""
        return customer_of(self.request.user, self.customer_path)

    def handle_no_access(self) -> HttpResponseBase:
        """The response for users without access: a redirect to ``no_access``, if that is set.

        Raises ``PermissionDenied`` otherwise.
        """
        return refused(self.request, self.no_access)

    def get_condition(self) -> Narrow:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.view_is_async:
            return self._adispatch(request, *args, **kwargs)
        refusal = self._gate().refusal(request)
        return refusal if refusal is not None else self._dispatch(request, *args, **kwargs)

    async def _adispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refusal = await self._gate().arefusal(request)
        return refusal if refusal is not None else await self._dispatch(request, *args, **kwargs)

    def _dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def _gate(self) -> Gate:
        is_own = type(self).get_customer is not CustomerRequiredMixin.get_customer
        source: CustomerSource = (lambda _: self.get_customer()) if is_own else self.customer_path
        return Gate(self.get_condition(), source, lambda _: self.handle_no_access(), self.login_url)


class SubscriptionRequiredMixin(CustomerRequiredMixin):
    """Only users whose customer has access to a product see the view.

    ``access_to`` is a product, its id, or a list of these, and ``access_options`` are the options
    of ``Customer.has_access_to()``. Without a product or a price, any subscription that gives
    access will do. ``customer_path``, ``no_access`` and ``login_url`` are as in
    ``subscription_required()``. Override ``get_customer()`` for a customer that no path leads to,
    and ``handle_no_access()`` for another response.
    """

    access_to: Any = ()
    access_options: AccessOptions = {}

    def get_condition(self) -> Narrow:
        return has_subscription(_several(self.access_to), self.access_options)


class EntitlementRequiredMixin(CustomerRequiredMixin):
    """The same for customers who are entitled to ``feature``: its lookup key, or a list of keys."""

    feature: Any = ()

    def get_condition(self) -> Narrow:
        return has_entitlement(_several(self.feature))


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple | set | frozenset) else [given]
