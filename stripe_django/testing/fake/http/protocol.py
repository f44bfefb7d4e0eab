"""Requests, responses and errors, independent of the transport."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BAD_REQUEST, UNAUTHORISED, PAYMENT_REQUIRED, FORBIDDEN, NOT_FOUND = 400, 401, 402, 403, 404


class Headers(Mapping[str, str]):
    """Headers by name, in upper or lower case."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name.lower(): (name, value) for name, value in given.items()}

    def __getitem__(self, name: str) -> str:
        return self._given[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._given.values())

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return repr(dict(self))


def key_of(headers: Headers) -> str:
    """The API key of a request; empty if it has none."""
    return headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, parsed.

    ``path`` is as it was sent, without the query; ``params`` are those of the query or of the
    body, nested as their brackets say; ``at`` is the time of the fake's clock (UTC).
    ``account_id`` is the account in which it acts, by its key and headers; empty if it is refused.
    """

    method: str
    path: str
    params: dict[str, Any]
    headers: Headers = field(repr=False)
    at: datetime
    account_id: str = ""

    @property
    def account(self) -> str:
        """The connected account of the request; empty for the key's own."""
        return self.headers.get("Stripe-Account", "")

    @property
    def idempotency_key(self) -> str | None:
        """``None`` also where Stripe ignores the header, as for ``GET``."""
        if self.method == "POST" or (self.method == "DELETE" and self.is_v2):
            return self.headers.get("Idempotency-Key") or None
        return None

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")


@dataclass(frozen=True, slots=True)
class Response:
    """A response: ``body`` is sent as JSON unless it is text or bytes already."""

    body: Any
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class RequestError(Exception):
    """Ends a request with an error in Stripe's form."""

    def __init__(self, status: int, message: str, **details: Any) -> None:
        super().__init__(message)
        self.response = error(status, message, **details)


def error(status: int, message: str = "", *, type: str = "", **details: Any) -> Response:
    """An error in Stripe's form; ``details`` are its ``code``, ``param`` and the like."""
    kind = type or ("api_error" if status >= 500 else "invalid_request_error")
    message = message or f"The fake responds with {status}."
    return Response({"error": {"type": kind, "message": message, **details}}, status)


def missing(path: str, name: str, param: str = "id") -> RequestError:
    """The error for an object that does not exist, in the form of the path's API version."""
    if path.startswith("/v2/"):
        return RequestError(NOT_FOUND, f"No such object: {name!r}.", code="not_found")
    status = NOT_FOUND if param == "id" else BAD_REQUEST
    return RequestError(status, f"No such object: {name!r}.", code="resource_missing", param=param)
