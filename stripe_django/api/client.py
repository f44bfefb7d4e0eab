"""The client of Stripe's API: it returns pages and single objects as plain dictionaries."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.utils.translation import gettext as _

from stripe_django import logs, telemetry
from stripe_django.conf import settings
from stripe_django.credentials import Credentials, setting_of
from stripe_django.credentials import of as credentials_of
from stripe_django.exceptions import (
    CursorGoneError,
    MalformedKeyError,
    MissingKeyError,
    StripeDjangoError,
    UnavailableError,
)
from stripe_django.lazy_sdk import stripe
from stripe_django.telemetry import names

from . import request_limit
from .exchange import Exchange, Received
from .pagination import AFTER, NO_CURSOR, PageCursor, is_cursor_gone
from .rate_limiter import Limiter, Limits, Rate, limiter_of
from .response import Page, Response, decoded, with_beginnings
from .server_clock import Clock
from .steps import Pause, Steps, run, within
from .url_template import url_template

__all__ = ["Client", "Page", "clock_of"]

PAGE_SIZE = 100
NEXT_PAGE = "next_page_url"  # of lists of the second API version
KEY = re.compile(r"[!-~]+")  # the SDK's errors would show a key with other characters
CONFIRMATIONS = 2  # of the first response, if its Date is not this machine's time
BULK_RETRY_FACTOR = 3  # times as many retries for a page of a list: no user waits for it


@cache
def clock_of(api_base: str) -> Clock:
    """The clock that all clients of a server share, so that their reads are ordered."""
    return Clock(time.monotonic)


class Client:
    """Sends requests with one key, on behalf of one account. Safe for several threads.

    ``credentials`` are by default those of the account, or else your own.

    It decodes bodies itself, and numbers with a fraction as ``Decimal``. It raises the SDK's
    errors, and ``UnavailableError``.
    """

    def __init__(self, *, account: str = "", credentials: Credentials | None = None) -> None:
        from .transport import Transport  # inherits from the SDK's, see lazy_sdk

        own = credentials or credentials_of(account)
        require_usable(own)
        self.account = account
        headers = own.headers(account)
        self._connected = own.connected(account)
        self._api_base = settings.api_base
        self._limits = Limits.in_force(own)
        self._retries = 0 if request_limit.is_active() else settings.max_network_retries
        self._transport = Transport(request_limit.response_limit(settings.timeout))
        self._stripe = stripe.StripeClient(
            own.api_key,
            **headers,  # type: ignore[arg-type]
            stripe_version=settings.api_version,
            base_addresses={"api": self._api_base},
            max_network_retries=0,  # a retry has to pass the rate limiter, too
            http_client=self._transport,
        )

    @property
    def rate(self) -> Rate:
        """The rate of this process's requests with this key."""
        return self._limiter.rate

    def pages(self, path: str, params: Mapping[str, Any]) -> Iterator[Page]:
        """Yield all pages of a list, one after the other.

        If an object that a page starts after is deleted meanwhile, it continues before that, or
        from the beginning. Raises ``UnavailableError`` if the account cannot list this, and
        ``StripeDjangoError`` if a page has no usable cursor.
        """
        walk = self.walk(path, params)
        while page := run(walk.next_page()):
            yield page

    def walk(self, path: str, params: Mapping[str, Any]) -> Walk:
        """The same in steps."""
        return Walk(self, path, params)

    def page(self, path: str, params: Mapping[str, Any]) -> Page:
        """Return one page of a list: the first one, unless the parameters have a cursor.

        Raises ``UnavailableError`` if the account cannot list this, and ``CursorGoneError`` if the
        cursor was deleted.
        """
        return run(self.page_steps(path, params))

    def page_steps(self, path: str, params: Mapping[str, Any]) -> Steps[Page]:
        if not telemetry.is_installed:
            return (yield from self._page(path, params, telemetry.NOTHING))
        span = telemetry.begin(names.PAGE, {names.URL_TEMPLATE: url_template(path)})
        return (yield from within(span, self._page(path, params, span)))

    def _page(self, path: str, params: Mapping[str, Any], span: telemetry.Span) -> Steps[Page]:
        sent = {"limit": PAGE_SIZE, **params}
        response, expanded = yield from self._expanding(path, sent, bulk=True)
        if is_cursor_gone(response, params):
            raise CursorGoneError(str(response.error))
        body = response.checked()
        objects, has_more = _list_in(body, path)
        span.set(names.OBJECTS, len(objects))
        cursor = _cursor(body, objects) if has_more else None
        return response.page(objects, expanded=expanded, has_more=has_more, cursor=cursor)

    def retrieve(self, path: str, expand: Sequence[str] = ()) -> Page:
        """Return a page with a single object, or without any if it does not exist (any more).

        ``expand`` are the paths to be expanded in it. Raises ``UnavailableError`` if the account
        has no access to it.
        """
        return run(self.retrieve_steps(path, expand))

    def retrieve_steps(self, path: str, expand: Sequence[str] = ()) -> Steps[Page]:
        params = {"expand": [*expand]} if expand else {}
        response, expanded = yield from self._expanding(path, params, bulk=False)
        if response.is_missing:
            return response.page([])
        return response.page([response.checked()], expanded=expanded)

    def _expanding(
        self, path: str, params: Mapping[str, Any], *, bulk: bool
    ) -> Steps[tuple[Response, frozenset[str]]]:
        """Return a response and the paths expanded in it.

        What this API version refuses to expand is left out of the next attempt.
        """
        sent = dict(params)
        while True:
            response = yield from self._send("get", path, sent, bulk=bulk)
            expand = sent.get("expand", [])
            if not expand or not response.refuses_to_expand:
                return response, with_beginnings(expand)
            sent["expand"] = response.without_refused(expand)
            if not sent["expand"]:
                del sent["expand"]

    def request(self, method: str, path: str, params: Mapping[str, Any]) -> Any:
        """Send any other request, and return the body of the response.

        Raises ``UnavailableError`` if the account or the key has no permission.
        """
        once = {"idempotency_key": str(uuid4())} if method == "post" else {}
        return run(self._send(method, path, {**params, **once})).checked()

    @property
    def _clock(self) -> Clock:
        return clock_of(self._api_base)

    @property
    def _limiter(self) -> Limiter:
        return limiter_of(self._limits)

    def _send(
        self, method: str, path: str, params: Mapping[str, Any], *, bulk: bool = False
    ) -> Steps[Response]:
        """Return the first response that is not worth a retry, or that of the last attempt."""
        for attempt in range(self._retries * (BULK_RETRY_FACTOR if bulk else 1)):
            response = yield from self._send_once(method, path, params, bulk=bulk)
            if not response.is_retryable(reading=method == "get"):
                return response
            yield Pause(response.wait(attempt))
        return (yield from self._send_once(method, path, params, bulk=bulk))

    def _send_once(
        self, method: str, path: str, params: Mapping[str, Any], *, bulk: bool
    ) -> Steps[Response]:
        """Wait for the rate limiter, and return the response of one attempt."""
        request_limit.check()
        longest = request_limit.remaining()
        sent = yield from self._limiter.wait(
            method, path, bulk=bulk, longest=longest, account=self._connected
        )
        response = yield from self._exchange(method, path, params)
        if response.is_retryable(reading=True):
            request_limit.note_failure()
        for _attempt in range(CONFIRMATIONS):  # until two agree on what time it is at Stripe
            if method != "get" or response.time is None or self._clock.has_estimate:
                break
            confirmation = yield from self._exchange(method, path, params)
            if confirmation.is_retryable(reading=True):
                break
            response = confirmation
        if response.is_rate_limited:
            reason = response.headers.get("Stripe-Rate-Limited-Reason", "")
            logs.RATE_LIMITED(method=method, path=url_template(path), reason=reason or "no reason")
            pause = response.retry_after or 0.0
            self._limiter.slow_down(method, path, sent, reason, pause, self._connected)
        return response

    def _exchange(self, method: str, path: str, params: Mapping[str, Any]) -> Steps[Response]:
        request = Exchange(self._stripe, self._clock.monotonic, method, path, params)
        received: Received = yield request
        body, error = None, received.error
        if error is None:
            try:
                body = decoded(received.body, received.status, received.headers)
            except stripe.StripeError as raised:
                error = raised
        date = received.headers.get("Date")
        read_at = self._clock.read_time(date, received.started, received.ended)
        return Response(body, received.status, received.headers, read_at, error)


class Walk:
    """The pages of a list, one after the other."""

    def __init__(self, client: Client, path: str, params: Mapping[str, Any]) -> None:
        self._client = client
        self._path = path
        self._others = {name: value for name, value in params.items() if name != AFTER}
        first = (AFTER, params[AFTER]) if AFTER in params else None
        self._cursor = PageCursor(first, seen={params.get(AFTER, "")})
        self._is_over = False

    def next_page(self) -> Steps[Page | None]:
        """Return the next page, ``None`` after the last one."""
        if self._is_over:
            return None
        if self._cursor.is_stuck:
            raise StripeDjangoError(NO_CURSOR % {"path": self._path})
        while True:
            try:
                params = {**self._others, **self._cursor.params}
                page = yield from self._client.page_steps(self._path, params)
            except CursorGoneError:
                if self._cursor.step_back():
                    continue
                raise
            self._is_over = not page.has_more
            if page.has_more:
                self._cursor.advance(page)
            return page


def require_usable(credentials: Credentials) -> None:
    where = "" if credentials.is_own else f'{setting_of(credentials.alias)}["API_KEY"]'
    if not credentials.api_key:
        raise MissingKeyError(where and _("%(where)s is empty.") % {"where": where})
    if not KEY.fullmatch(credentials.api_key):
        raise MalformedKeyError(
            where and _("%(where)s contains an invalid character.") % {"where": where}
        )


def _forget() -> None:
    """A lock that another thread of the parent held would never be released in a child."""
    clock_of.cache_clear()
    limiter_of.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _list_in(body: Any, path: str) -> tuple[list[Any], bool]:
    """Return the objects of a list, and whether it has more."""
    objects = body.get("data") if isinstance(body, dict) else None
    if not isinstance(objects, list):
        raise UnavailableError(_("%(path)s does not return a list.") % {"path": path})
    return objects, body.get("has_more") is True or bool(body.get(NEXT_PAGE))


def _cursor(body: Any, objects: list[Any]) -> tuple[str, str] | None:
    """Return the parameter for the next page: an id, or a token in the second API version."""
    if body.get(NEXT_PAGE):
        tokens = parse_qs(urlsplit(body[NEXT_PAGE]).query).get("page", [])
        return ("page", tokens[0]) if tokens else None
    last = objects[-1] if objects else None
    found = last.get("id") if isinstance(last, dict) else None
    return ("starting_after", found) if isinstance(found, str) else None
