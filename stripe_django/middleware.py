"""Middleware for ``MIDDLEWARE`` of a project."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

COOKIE = "stripe_django_time_zone"  # ``admin.js`` sets it


@sync_and_async_middleware
def browser_time_zone(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Make the time zone of the browser the current one for the request, once a page of the
    admin has set a cookie with it. Without one, or with one that is no zone, nothing changes.
    """
    if iscoroutinefunction(get_response):

        async def in_zone(request: HttpRequest) -> Any:
            with _zone_of(request):
                return await get_response(request)

        return in_zone

    def in_zone_at_once(request: HttpRequest) -> Any:
        with _zone_of(request):
            return get_response(request)

    return in_zone_at_once


def _zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    name = request.COOKIES.get(COOKIE)
    return timezone.override(ZoneInfo(name)) if name in _names() else nullcontext()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
