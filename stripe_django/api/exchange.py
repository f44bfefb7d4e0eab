"""One request to Stripe: the only code that differs between the two ways to wait for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from stripe_django import telemetry
from stripe_django.lazy_sdk import stripe

from .request_span import ended, request_span
from .steps import Step

# The body of the last successful response in this thread, or in this coroutine.
last_body: ContextVar[bytes] = ContextVar("last_body")


@dataclass(frozen=True, slots=True)
class Received:
    """What came back: a body and its headers, or the SDK's error.

    ``started`` and ``ended`` are moments of the monotonic clock, around the request alone.
    """

    started: float
    ended: float
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    error: stripe.StripeError | None = None


@dataclass(frozen=True, slots=True)
class Exchange(Step):
    """A request, whose result is ``Received``."""

    sdk: stripe.StripeClient
    monotonic: Callable[[], float]
    method: str
    path: str
    params: Mapping[str, Any]

    def perform(self) -> Received:
        with request_span(self.method, self.path) as span:
            started = self.monotonic()
            try:
                response = self.sdk.raw_request(self.method, self.path, **self.params)
            except stripe.StripeError as error:
                return self._failed(started, error, span)
            return self._succeeded(started, response, span)

    async def aperform(self) -> Received:
        with request_span(self.method, self.path) as span:
            started = self.monotonic()
            try:
                response = await self.sdk.raw_request_async(self.method, self.path, **self.params)
            except stripe.StripeError as error:
                return self._failed(started, error, span)
            return self._succeeded(started, response, span)

    def _succeeded(self, started: float, response: Any, span: telemetry.Span) -> Received:
        end, body = self.monotonic(), last_body.get()
        ended(span, response.code, response.headers)
        return Received(started, end, response.code, response.headers, body)

    def _failed(self, started: float, error: stripe.StripeError, span: telemetry.Span) -> Received:
        end, status, headers = self.monotonic(), error.http_status or 0, error.headers or {}
        ended(span, status, headers, error)
        return Received(started, end, status, headers, error=error)
