"""Decorators of views, sync and async."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isfunction
from typing import Any, Unpack

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest

from stripe_django.models.querysets.access.wanted import AccessOptions

from .conditions import has_entitlement, has_subscription
from .gates import CustomerSource, Gate, Refusal

View = Callable[..., Any]


def subscription_required(
    *products: Any,
    customer: CustomerSource = "",
    no_access: Refusal = None,
    login_url: str | None = None,
    **options: Unpack[AccessOptions],
) -> Callable[[View], View]:
    """Only users whose customer has access to one of the products see the view.

    ``products`` and ``options`` are those of ``Customer.has_access_to()``; without products and
    ``price``, any subscription that gives access will do. ``customer`` is the path from the user
    to the customer, such as ``team__customer``, or a function of the request that returns the
    customer or its id; without it, see ``customer_of()``.

    Anonymous users are redirected to ``login_url``, or to the setting ``LOGIN_URL``. Users without
    access are redirected to ``no_access``, a URL or its name; if it is a function of the request,
    they get its response; without it, ``PermissionDenied`` is raised.
    """
    _require_call("subscription_required", products)
    return _decorator(Gate(has_subscription(products, options), customer, no_access, login_url))


def entitlement_required(
    *features: Any,
    customer: CustomerSource = "",
    no_access: Refusal = None,
    login_url: str | None = None,
) -> Callable[[View], View]:
    """The same for customers who are entitled to one of the features, by lookup key or row."""
    _require_call("entitlement_required", features)
    return _decorator(Gate(has_entitlement(features), customer, no_access, login_url))


def _require_call(name: str, given: tuple[Any, ...]) -> None:
    if any(isfunction(each) for each in given):
        raise TypeError(f"@{name} needs parentheses: write @{name}(…) above the view.")


def _decorator(gate: Gate) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refusal = await gate.arefusal(request)
                return refusal if refusal is not None else await view(request, *args, **kwargs)

        else:

            @wraps(view)
            def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refusal = gate.refusal(request)
                return refusal if refusal is not None else view(request, *args, **kwargs)

        return guarded

    return decorate
