"""A request and what comes back for it, whatever carries them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BAD_REQUEST, UNAUTHORISED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


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


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as the fake understood it.

    ``path`` is as it was sent, without the query; ``params`` are those of the query or of the
    body, nested as their brackets say; ``at`` is the time of the fake's clock (UTC).
    """

    method: str
    path: str
    params: dict[str, Any]
    headers: Headers = field(repr=False)
    at: datetime

    @property
    def account(self) -> str:
        """The connected account that it is on behalf of; empty for the key's own."""
        return self.headers.get("Stripe-Account", "")

    @property
    def idempotency_key(self) -> str | None:
        """``None`` also where Stripe ignores it: it repeats what may be done twice by mistake."""
        if self.method == "POST" or (self.method == "DELETE" and self.is_v2):
            return self.headers.get("Idempotency-Key") or None
        return None

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fake says: ``body`` is sent as JSON unless it is text or bytes already."""

    body: Any
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Refusal(Exception):
    """Ends a request with an error in Stripe's form."""

    def __init__(self, status: int, message: str, **details: str) -> None:
        super().__init__(message)
        self.answer = error(status, message, **details)


def error(status: int, message: str = "", *, type: str = "", **details: str) -> Answer:
    """An error in Stripe's form; ``details`` are its ``code``, ``param`` and the like."""
    kind = type or ("api_error" if status >= 500 else "invalid_request_error")
    said = message or f"The fake answers with {status}."
    return Answer({"error": {"type": kind, "message": said, **details}}, status)


def missing(path: str, name: str, param: str = "id") -> Refusal:
    """The refusal of an object that is not there, in the words of the API of that path."""
    if path.startswith("/v2/"):
        return Refusal(NOT_FOUND, f"No such object: {name!r}.", code="not_found")
    status = NOT_FOUND if param == "id" else BAD_REQUEST
    return Refusal(status, f"No such object: {name!r}.", code="resource_missing", param=param)
