"""Idempotency keys: a request that is sent again gets the first one's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .http.messages import BAD_REQUEST, Answer, Refusal, Request

KEPT = {False: timedelta(hours=24), True: timedelta(days=30)}  # by whether it is version 2


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, and the request that it was to."""

    request: Request
    answer: Answer
    request_id: str

    def has_expired(self, now: datetime) -> bool:
        return now - self.request.at > KEPT[self.request.is_v2]

    def is_for(self, request: Request) -> bool:
        first = self.request
        return (first.method, first.path, first.params) == (
            request.method,
            request.path,
            request.params,
        )


class Replays:
    """The answers by account, API key and idempotency key."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], _Kept] = {}

    def find(self, request: Request, api_key: str) -> Answer | None:
        """The first answer, if there is one. Raises ``Refusal`` if it was to another request."""
        kept = self._kept.get((request.account, api_key, request.idempotency_key or ""))
        if kept is None or kept.has_expired(request.at):
            return None
        if not kept.is_for(request):
            message = "This idempotency key was used before, for a request that was different."
            raise Refusal(BAD_REQUEST, message, type="idempotency_error")
        said = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
        return Answer(kept.answer.body, kept.answer.status, {**kept.answer.headers, **said})

    def keep(self, request: Request, api_key: str, answer: Answer, request_id: str) -> None:
        """Keep what was done for a request that has an idempotency key."""
        if request.idempotency_key:
            place = request.account, api_key, request.idempotency_key
            self._kept[place] = _Kept(request, answer, request_id)
