"""Idempotency keys: a repeated request gets the first one's response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .http.protocol import BAD_REQUEST, Request, RequestError, Response

LIFETIME = {False: timedelta(hours=24), True: timedelta(days=30)}  # by whether it is version 2


@dataclass(frozen=True, slots=True)
class _Stored:
    """A response, and its request."""

    request: Request
    response: Response
    request_id: str

    def has_expired(self, now: datetime) -> bool:
        return now - self.request.at > LIFETIME[self.request.is_v2]

    def is_for(self, request: Request) -> bool:
        first = self.request
        return (first.method, first.path, first.params) == (
            request.method,
            request.path,
            request.params,
        )


class Replays:
    """Stores responses by account, API key and idempotency key."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, str, str], _Stored] = {}

    def find(self, request: Request, api_key: str) -> Response | None:
        """The stored response, if any. Raises ``RequestError`` if its request was different."""
        stored = self._stored.get((request.account_id, api_key, request.idempotency_key or ""))
        if stored is None or stored.has_expired(request.at):
            return None
        if not stored.is_for(request):
            message = "This idempotency key was used before, for a request that was different."
            raise RequestError(BAD_REQUEST, message, type="idempotency_error")
        headers = {"Idempotent-Replayed": "true", "Original-Request": stored.request_id}
        first = stored.response
        return Response(first.body, first.status, {**first.headers, **headers})

    def store(self, request: Request, api_key: str, response: Response, request_id: str) -> None:
        """Store the response to a request that has an idempotency key."""
        if request.idempotency_key:
            key = request.account_id, api_key, request.idempotency_key
            self._stored[key] = _Stored(request, response, request_id)
