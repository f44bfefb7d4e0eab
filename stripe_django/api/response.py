"""The response to one request: its content, when it was true, and whether to retry."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from stripe_django import exact_json
from stripe_django.exceptions import (
    AccountUnavailableError,
    StripeDjangoError,
    UnavailableError,
)
from stripe_django.lazy_sdk import stripe

from .server_clock import ReadTime

OK, REDIRECT, BAD_REQUEST, FORBIDDEN, NOT_FOUND = 200, 300, 400, 403, 404
CONFLICT, TOO_MANY_REQUESTS, INTERNAL_ERROR = 409, 429, 500
MISSING_CODES = frozenset({"resource_missing", "not_found"})  # in API versions 1 and 2
LOCKED_CODE = "lock_timeout"
UNAVAILABLE = frozenset({FORBIDDEN, NOT_FOUND})
NO_SUCH_ACCOUNT = "account_invalid"
WORD = re.compile(r"\w+")
MAX_RETRY_AFTER, MAX_BACKOFF = 60.0, 8.0  # seconds: of Retry-After, and without it


@dataclass(frozen=True, slots=True)
class Page:
    """The objects of one response, the time at which they were true, and what was expanded.

    ``has_more`` is true if the list has more objects. ``cursor`` is the parameter that requests
    them, and its value; ``None`` if the response has no usable one.
    """

    objects: list[Any]
    time: ReadTime
    expanded: frozenset[str] = frozenset()
    has_more: bool = False
    cursor: tuple[str, str] | None = None

    @property
    def as_of(self) -> datetime:
        """Stripe's time (UTC) before which nothing in the response was read."""
        return self.time.start


@dataclass(frozen=True, slots=True)
class Response:
    """The response to one request, or the error instead of it."""

    body: Any = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    time: ReadTime | None = None
    error: stripe.StripeError | None = None

    @property
    def is_unavailable(self) -> bool:
        """Whether this part of the API is not available to the account, or on the server."""
        if self.status in UNAVAILABLE:
            return True
        names_no_parameter = getattr(self.error, "param", None) is None
        return self.status == BAD_REQUEST and names_no_parameter

    @property
    def refuses_to_expand(self) -> bool:
        """Whether something that was to be expanded cannot be, in this API version."""
        names_it = str(getattr(self.error, "param", None) or "").startswith("expand")
        return self.status == BAD_REQUEST and (names_it or "expand" in str(self.error).lower())

    def without_refused(self, expand: Sequence[str]) -> list[str]:
        """The paths without those that the refusal names, or none if it names none of them."""
        named = set(WORD.findall(str(self.error)))
        left = [path for path in expand if named.isdisjoint(path.split(".")[-1:])]
        if len(left) == len(expand):
            left = [path for path in expand if named.isdisjoint({*path.split(".")} - {"data"})]
        return left if len(left) < len(expand) else []

    @property
    def is_missing(self) -> bool:
        """Whether the requested object does not exist."""
        return self.status == NOT_FOUND and getattr(self.error, "code", None) in MISSING_CODES

    @property
    def is_rate_limited(self) -> bool:
        """Whether there were too many requests. A lock timeout concerns only one object."""
        code = getattr(self.error, "code", None) or _code_in(self.body)
        return self.status == TOO_MANY_REQUESTS and code != LOCKED_CODE

    def is_retryable(self, *, reading: bool) -> bool:
        """Whether the same request may succeed a little later.

        Unlike in the SDK, a request that only reads is also retried after a broken response.
        """
        if self.error is None:
            return False
        if isinstance(self.error, stripe.APIConnectionError):
            return reading or bool(self.error.should_retry)
        if self.status == TOO_MANY_REQUESTS:
            return True
        advice = self.headers.get("Stripe-Should-Retry")
        if advice in ("true", "false"):
            return advice == "true"
        is_unreadable = OK <= self.status < REDIRECT
        return is_unreadable or self.status == CONFLICT or self.status >= INTERNAL_ERROR

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait according to ``Retry-After``; ``None`` without it."""
        seconds = self.headers.get("Retry-After", "")
        return min(float(seconds), MAX_RETRY_AFTER) if seconds.isdecimal() else None

    def wait(self, attempt: int) -> float:
        """Seconds until the next attempt: ``Retry-After``, or twice as long each time.

        They vary at random, so that requests which failed together are not retried together.
        """
        if self.retry_after is not None:
            return self.retry_after * random.uniform(1.0, 1.1)
        return min(2.0**attempt, MAX_BACKOFF) * random.uniform(0.5, 1.0)

    def page(self, objects: list[Any], **more: Any) -> Page:
        if self.time is None:
            raise StripeDjangoError(_("The response has no Date header, so its age is unknown."))
        return Page(objects, self.time, **more)

    def checked(self) -> Any:
        """The body. Raises the SDK's error, or ``UnavailableError`` if ``is_unavailable``."""
        if self.error is None:
            return self.body
        # The SDK's PermissionError has its code one step deeper than others.
        if getattr(self.error.error, "code", None) == NO_SUCH_ACCOUNT:
            explanation = AccountUnavailableError.explanation()
            raise AccountUnavailableError(f"{explanation} {self.error}") from self.error
        if self.is_unavailable:
            raise UnavailableError(str(self.error)) from self.error
        raise self.error


def _code_in(body: Any) -> Any:
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None


def decoded(body: bytes | str, status: int, headers: Mapping[str, str]) -> Any:
    """Decode a body. The error for one that is not JSON leaves it out: it may be secret."""
    try:
        return exact_json.decode(body)
    except (ValueError, ArithmeticError, RecursionError):
        message = _("The response is not JSON (its HTTP status is %(status)s).") % {
            "status": status
        }
        raise stripe.APIError(message, None, status, None, dict(headers)) from None


def with_beginnings(paths: Sequence[str]) -> frozenset[str]:
    """Where something is expanded, what leads there is expanded as well."""
    words = (path.removeprefix("data.").split(".") for path in paths)
    return frozenset(".".join(each[:end]) for each in words for end in range(1, len(each) + 1))
