"""The one place that talks to Stripe: pages and single objects, as plain dictionaries."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from stripe_django.conf import settings
from stripe_django.exceptions import (
    MalformedKeyError,
    MissingKeyError,
    StripeDjangoError,
    UnavailableError,
)

from .clock import Clock

PAGE_SIZE = 100
NEXT_PAGE = "next_page_url"  # of lists of the second API version
BAD_REQUEST, FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS = 400, 403, 404, 429
MISSING = frozenset({"resource_missing", "not_found"})  # in the first and the second API version
LONGEST_WAIT = 60.0  # seconds
KEY = re.compile(r"[!-~]+")  # what else gets into a header, errors of the SDK would show
REFUSALS = frozenset({FORBIDDEN, NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of one answer, the time at which they were true (UTC), and what was expanded."""

    objects: list[Any]
    as_of: datetime
    expanded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    body: Any
    status: int
    headers: Mapping[str, str]
    as_of: datetime | None
    error: stripe.StripeError | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the account, or the server, does not have this part of the API at all."""
        if self.status in REFUSALS:
            return True
        names_no_parameter = getattr(self.error, "param", None) is None
        return self.status == BAD_REQUEST and names_no_parameter

    @property
    def is_missing(self) -> bool:
        """Whether the one object that was asked for does not exist."""
        return self.status == NOT_FOUND and getattr(self.error, "code", None) in MISSING

    def wait(self, attempt: int) -> float:
        """Seconds until the next attempt: what the server asks for, or twice as long each time."""
        asked = self.headers.get("Retry-After", "")
        return min(float(asked) if asked.isdecimal() else 2.0**attempt, LONGEST_WAIT)

    def page(self, objects: list[Any], expanded: frozenset[str] = frozenset()) -> Page:
        if self.as_of is None:
            raise StripeDjangoError("The answer has no Date, so nobody knows how old it is.")
        return Page(objects, self.as_of, expanded)

    def checked(self) -> Any:
        """The body; raises the SDK's error, or ``UnavailableError`` for a refusal."""
        if self.error is None:
            return self.body
        if self.is_refusal:
            raise UnavailableError(str(self.error)) from self.error
        raise self.error


@cache
def clock_of(api_base: str) -> Clock:
    """One clock for all clients of a server, so that their reads are ordered."""
    return Clock(time.monotonic)


class Client:
    """Talks to Stripe with one key, on behalf of one account.

    Bodies are decoded here, with numbers that have a fraction as ``Decimal``. Errors are those of
    the SDK, but for ``UnavailableError``.
    """

    def __init__(self, *, account: str = "", http_client: stripe.HTTPClient | None = None) -> None:
        if not settings.api_key:
            raise MissingKeyError
        if not KEY.fullmatch(settings.api_key):
            raise MalformedKeyError
        self.account = account
        self.clock = clock_of(settings.api_base)
        self._stripe = stripe.StripeClient(
            settings.api_key,
            stripe_account=account or None,
            stripe_version=settings.api_version,
            base_addresses={"api": settings.api_base},
            max_network_retries=settings.max_network_retries,
            http_client=http_client or stripe.new_default_http_client(timeout=settings.timeout),
        )

    def pages(self, path: str, params: Mapping[str, Any]) -> Iterator[Page]:
        """All pages of a list, one after the other.

        Raises ``UnavailableError`` if the account cannot list this, and ``StripeDjangoError`` if
        the list does not come to an end.
        """
        expanded = frozenset(each.removeprefix("data.") for each in params.get("expand", ()))
        query = {"limit": PAGE_SIZE, **params}
        seen: set[str | None] = {query.get("starting_after")}
        while True:
            answer = self._get(path, query)
            body = answer.checked()
            objects, follows = _list_in(body, path)
            yield answer.page(objects, expanded)
            if not follows:
                return
            cursor = _cursor(body, objects)
            if cursor is None or cursor[1] in seen:
                raise StripeDjangoError(f"{path} says that it goes on, but not after what.")
            seen.add(cursor[1])
            query |= dict([cursor])

    def retrieve(self, path: str) -> Page:
        """A single object: a page of one, or of none if it does not exist (any more).

        Raises ``UnavailableError`` if the account has no access to it.
        """
        answer = self._get(path, {})
        if answer.is_missing:
            return answer.page([])
        return answer.page([answer.checked()])

    def request(self, method: str, path: str, params: Mapping[str, Any]) -> Any:
        """Ask Stripe to do something: the body of its answer, which no log of the SDK gets.

        Raises ``UnavailableError`` if the account, or the key, may not do this.
        """
        with _unlogged():
            return self._send(method, path, params).checked()

    def _get(self, path: str, query: Mapping[str, Any]) -> Answer:
        return self._send("get", path, query)

    def _send(self, method: str, path: str, params: Mapping[str, Any]) -> Answer:
        """One answer; the SDK repeats what failed on the way, but not what came too soon."""
        answer = self._ask(method, path, params)
        for attempt in range(settings.max_network_retries):
            if answer.status != TOO_MANY_REQUESTS:
                break
            time.sleep(answer.wait(attempt))
            answer = self._ask(method, path, params)
        return answer

    def _ask(self, method: str, path: str, params: Mapping[str, Any]) -> Answer:
        started = self.clock.monotonic()
        body, error = None, None
        try:
            response = self._stripe.raw_request(method, path, **params)
        except stripe.StripeError as refused:
            error, status, headers = refused, refused.http_status or 0, refused.headers or {}
        else:
            body = json.loads(response.body, parse_float=Decimal, parse_constant=Decimal)
            status, headers = response.code, response.headers
        as_of = self.clock.as_of(headers.get("Date"), started, self.clock.monotonic())
        return Answer(body, status, headers, as_of, error)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep answers out of the SDK's log: where it is told to, it writes whole bodies there."""
    logger = logging.getLogger("stripe")
    was = logger.disabled, stripe.log
    logger.disabled = True
    if "debug" in (stripe.log, os.environ.get("STRIPE_LOG")):
        stripe.log = "info"
    try:
        yield
    finally:
        logger.disabled, stripe.log = was


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
