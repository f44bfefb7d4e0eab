"""The one place that talks to Stripe: pages and single objects, as plain dictionaries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import stripe

from stripe_django.conf import settings
from stripe_django.exceptions import MissingKeyError, UnavailableError

from .clock import Clock

PAGE_SIZE = 100
BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404
RESOURCE_MISSING = "resource_missing"
REFUSALS = frozenset({FORBIDDEN, NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of one answer, the time at which they were true (UTC), and what was expanded."""

    objects: list[Any]
    as_of: datetime | None
    expanded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    body: dict[str, Any]
    status: int
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
        return self.status == NOT_FOUND and getattr(self.error, "code", None) == RESOURCE_MISSING

    def checked(self) -> dict[str, Any]:
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
    """Reads from Stripe with one key, on behalf of one account.

    Bodies are decoded here, with numbers that have a fraction as ``Decimal``. Errors are those of
    the SDK, but for ``UnavailableError``.
    """

    def __init__(self, *, account: str = "", http_client: stripe.HTTPClient | None = None) -> None:
        if not settings.api_key:
            raise MissingKeyError
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

        Raises ``UnavailableError`` if the account cannot list this.
        """
        expanded = frozenset(each.removeprefix("data.") for each in params.get("expand", ()))
        query = {"limit": PAGE_SIZE, **params}
        while True:
            answer = self._get(path, query)
            objects = answer.checked().get("data")
            if not isinstance(objects, list):
                raise UnavailableError(f"{path} does not answer with a list.")
            yield Page(objects, answer.as_of, expanded)
            last = _id_of_last(objects)
            if answer.body.get("has_more") is not True or last is None:
                return
            query["starting_after"] = last

    def retrieve(self, path: str) -> Page:
        """A single object: a page of one, or of none if it does not exist (any more).

        Raises ``UnavailableError`` if the account has no access to it.
        """
        answer = self._get(path, {})
        if answer.is_missing:
            return Page([], answer.as_of)
        return Page([answer.checked()], answer.as_of)

    def _get(self, path: str, query: Mapping[str, Any]) -> Answer:
        started = self.clock.monotonic()
        try:
            response = self._stripe.raw_request("get", path, **query)
        except stripe.StripeError as error:
            as_of = self._as_of(error.headers, started)
            return Answer({}, error.http_status or 0, as_of, error)
        as_of = self._as_of(response.headers, started)
        return Answer(json.loads(response.body, parse_float=Decimal), response.code, as_of)

    def _as_of(self, headers: Mapping[str, str] | None, started: float) -> datetime | None:
        return self.clock.as_of((headers or {}).get("Date"), started, self.clock.monotonic())


def _id_of_last(objects: list[Any]) -> str | None:
    last = objects[-1] if objects else None
    found = last.get("id") if isinstance(last, dict) else None
    return found if isinstance(found, str) else None
