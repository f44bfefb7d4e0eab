"""The one place that talks to Stripe: pages and single objects, as plain dictionaries."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import stripe

from stripe_django.conf import settings
from stripe_django.exceptions import (
    MalformedKeyError,
    MissingKeyError,
    StripeDjangoError,
    UnavailableError,
)

from .pagination import ENDLESS, Place
from .rate_limiter import Limiter, Limits, Rate, limiter_of
from .response import Answer, Page
from .server_clock import Clock
from .transport import Transport

__all__ = ["Client", "Page", "clock_of"]

PAGE_SIZE = 100
NEXT_PAGE = "next_page_url"  # of lists of the second API version
KEY = re.compile(r"[!-~]+")  # what else gets into a header, errors of the SDK would show
PATIENCE = 3  # times as many attempts for a page of a list, which nobody sits waiting for


@cache
def clock_of(api_base: str) -> Clock:
    """One clock for all clients of a server, so that their reads are ordered."""
    return Clock(time.monotonic)


class Client:
    """Talks to Stripe with one key, on behalf of one account. Safe for several threads.

    Bodies are decoded here, with numbers that have a fraction as ``Decimal``. Errors are those of
    the SDK, but for ``UnavailableError``.
    """

    def __init__(self, *, account: str = "") -> None:
        if not settings.api_key:
            raise MissingKeyError
        if not KEY.fullmatch(settings.api_key):
            raise MalformedKeyError
        self.account = account
        self._api_base = settings.api_base
        self._limits = Limits.in_force()
        self._retries = settings.max_network_retries
        timeout = settings.timeout
        self._transport = Transport(lambda: stripe.new_default_http_client(timeout=timeout))
        self._stripe = stripe.StripeClient(
            settings.api_key,
            stripe_account=account or None,
            stripe_version=settings.api_version,
            base_addresses={"api": self._api_base},
            max_network_retries=0,  # what is sent again waits for its turn
            http_client=self._transport,
        )

    @property
    def rate(self) -> Rate:
        """How fast this process asks Stripe with this key."""
        return self._limiter.rate

    def pages(self, path: str, params: Mapping[str, Any]) -> Iterator[Page]:
        """All pages of a list, one after the other.

        Raises ``UnavailableError`` if the account cannot list this, and ``StripeDjangoError`` if
        the list does not come to an end.
        """
        place = Place(seen={params.get("starting_after", "")})
        while True:
            page = self.page(path, {**params, **place.params})
            yield page
            if not page.has_more:
                return
            place.go_on(page)
            if place.is_lost:
                raise StripeDjangoError(ENDLESS.format(path))

    def page(self, path: str, params: Mapping[str, Any]) -> Page:
        """One page of a list: the first one, unless the parameters have a cursor.

        Raises ``UnavailableError`` if the account cannot list this.
        """
        expanded = frozenset(each.removeprefix("data.") for each in params.get("expand", ()))
        answer = self._send("get", path, {"limit": PAGE_SIZE, **params}, bulk=True)
        body = answer.checked()
        objects, has_more = _list_in(body, path)
        cursor = _cursor(body, objects) if has_more else None
        return answer.page(objects, expanded=expanded, has_more=has_more, cursor=cursor)

    def retrieve(self, path: str) -> Page:
        """A single object: a page of one, or of none if it does not exist (any more).

        Raises ``UnavailableError`` if the account has no access to it.
        """
        answer = self._send("get", path, {})
        if answer.is_missing:
            return answer.page([])
        return answer.page([answer.checked()])

    def request(self, method: str, path: str, params: Mapping[str, Any]) -> Any:
        """Ask Stripe to do something: the body of its answer.

        Raises ``UnavailableError`` if the account, or the key, may not do this.
        """
        once = {"idempotency_key": str(uuid4())} if method == "post" else {}
        return self._send(method, path, {**params, **once}).checked()

    @property
    def _clock(self) -> Clock:
        return clock_of(self._api_base)

    @property
    def _limiter(self) -> Limiter:
        return limiter_of(self._limits)

    def _send(
        self, method: str, path: str, params: Mapping[str, Any], *, bulk: bool = False
    ) -> Answer:
        """The first answer that will not change, or the last one there is patience for."""
        for attempt in range(self._retries * (PATIENCE if bulk else 1)):
            answer = self._ask(method, path, params, bulk=bulk)
            if not answer.may_differ(reading=method == "get"):
                return answer
            time.sleep(answer.wait(attempt))
        return self._ask(method, path, params, bulk=bulk)

    def _ask(self, method: str, path: str, params: Mapping[str, Any], *, bulk: bool) -> Answer:
        """One answer, when it is this request's turn."""
        sent = self._limiter.wait(method, path, bulk=bulk)
        answer = self._answer(method, path, params)
        if answer.is_too_soon:
            reason = answer.headers.get("Stripe-Rate-Limited-Reason", "")
            self._limiter.slow_down(method, path, sent, reason, answer.pause or 0.0)
        return answer

    def _answer(self, method: str, path: str, params: Mapping[str, Any]) -> Answer:
        started = self._clock.monotonic()
        body, error = None, None
        try:
            response = self._stripe.raw_request(method, path, **params)
            status, headers = response.code, response.headers
            body = _decoded(self._transport.body, status, headers)
        except stripe.StripeError as refused:
            error, status, headers = refused, refused.http_status or 0, refused.headers or {}
        as_of = self._clock.as_of(headers.get("Date"), started, self._clock.monotonic())
        return Answer(body, status, headers, as_of, error)


def _forget() -> None:
    """Locks that another thread of the parent held would never be released in a child."""
    clock_of.cache_clear()
    limiter_of.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _decoded(body: bytes, status: int, headers: Mapping[str, str]) -> Any:
    """What JSON says; raises the SDK's error for what is none, which may be secret."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        message = f"The answer is not JSON (its HTTP status is {status})."
        raise stripe.APIError(message, None, status, None, dict(headers)) from None


def _list_in(body: Any, path: str) -> tuple[list[Any], bool]:
    """The objects of a list, and whether there are more of them."""
    objects = body.get("data") if isinstance(body, dict) else None
    if not isinstance(objects, list):
        raise UnavailableError(f"{path} does not answer with a list.")
    return objects, body.get("has_more") is True or bool(body.get(NEXT_PAGE))


def _cursor(body: Any, objects: list[Any]) -> tuple[str, str] | None:
    """The parameter that asks for what follows: an id, or the token of the second API version."""
    if body.get(NEXT_PAGE):
        tokens = parse_qs(urlsplit(body[NEXT_PAGE]).query).get("page", [])
        return ("page", tokens[0]) if tokens else None
    last = objects[-1] if objects else None
    found = last.get("id") if isinstance(last, dict) else None
    return ("starting_after", found) if isinstance(found, str) else None
