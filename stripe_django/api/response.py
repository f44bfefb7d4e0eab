"""What comes back for one request: what it says, when it was true, and whether to ask again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import stripe

from stripe_django.exceptions import StripeDjangoError, UnavailableError

OK, NO_MORE_OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND = 200, 300, 400, 403, 404
CONFLICT, TOO_MANY_REQUESTS, INTERNAL_ERROR = 409, 429, 500
MISSING = frozenset({"resource_missing", "not_found"})  # in the first and the second API version
LOCKED = "lock_timeout"
REFUSALS = frozenset({FORBIDDEN, NOT_FOUND})
LONGEST_ASKED, LONGEST_WAIT = 60.0, 8.0  # seconds, if the answer says how long, and if not


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of one answer, the time at which they were true (UTC), and what was expanded.

    ``has_more`` says whether the list goes on, and ``cursor`` which parameter asks for that;
    without one, nobody knows how.
    """

    objects: list[Any]
    as_of: datetime
    expanded: frozenset[str] = frozenset()
    has_more: bool = False
    cursor: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, or what kept it from coming."""

    body: Any = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
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

    @property
    def is_too_soon(self) -> bool:
        """Whether the server has had too many requests; an object that is locked is another
        matter, of that object alone."""
        return self.status == TOO_MANY_REQUESTS and getattr(self.error, "code", None) != LOCKED

    def may_differ(self, *, reading: bool) -> bool:
        """Whether the same request may be answered otherwise a little later.

        What only reads is also asked again when the SDK would not: after half an answer.
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
        is_unreadable = OK <= self.status < NO_MORE_OK
        return is_unreadable or self.status == CONFLICT or self.status >= INTERNAL_ERROR

    @property
    def pause(self) -> float | None:
        """Seconds that the server asks to wait."""
        asked = self.headers.get("Retry-After", "")
        return min(float(asked), LONGEST_ASKED) if asked.isdecimal() else None

    def wait(self, attempt: int) -> float:
        """Seconds until the next attempt: what is asked for, or twice as long each time.

        They vary, so that those who failed together do not come back together.
        """
        if self.pause is not None:
            return self.pause * random.uniform(1.0, 1.1)
        return min(2.0**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0)

    def page(self, objects: list[Any], **more: Any) -> Page:
        if self.as_of is None:
            raise StripeDjangoError("The answer has no Date, so nobody knows how old it is.")
        return Page(objects, self.as_of, **more)

    def checked(self) -> Any:
        """The body; raises the SDK's error, or ``UnavailableError`` for a refusal."""
        if self.error is None:
            return self.body
        if self.is_refusal:
            raise UnavailableError(str(self.error)) from self.error
        raise self.error
