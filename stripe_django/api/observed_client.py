"""The requests that the project sends with Stripe's SDK: paced like all others, and observed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import stripe
from asgiref.sync import sync_to_async
from requests.structures import CaseInsensitiveDict

from stripe_django import credentials, logs
from stripe_django.conf import settings

from .client import clock_of
from .rate_limiter import Limits, limiter_of
from .request_span import ended, request_span
from .response import Response, decoded
from .sent_request import SentRequest
from .steps import Step, Steps, arun, run
from .transport import Headers, Received
from .url_template import url_template

Observe = Callable[[SentRequest, Response], None]


@dataclass(frozen=True, slots=True)
class _Exchange(Step):
    """One attempt of a request; its result is what came back, or the error."""

    client: stripe.HTTPClient
    method: str
    url: str
    headers: Headers
    post_data: Any

    def perform(self) -> Received | stripe.StripeError:
        with request_span(self.method, self.url) as span:
            try:
                found = self.client.request(self.method, self.url, self.headers, self.post_data)
            except stripe.StripeError as error:
                ended(span, 0, {}, error)
                return error
            ended(span, found[1], found[2] or {})
            return found

    async def aperform(self) -> Received | stripe.StripeError:
        with request_span(self.method, self.url) as span:
            try:
                found = await self.client.request_async(
                    self.method, self.url, self.headers, self.post_data
                )
            except stripe.StripeError as error:
                ended(span, 0, {}, error)
                return error
            ended(span, found[1], found[2] or {})
            return found


class ObservedClient(stripe.HTTPClient):
    """An HTTP client of the SDK around another one.

    ``observe`` is called with each response that came, and with each error, before the SDK gets
    it. It runs in the thread that Django has for its database, and must not raise.
    """

    name = stripe.RequestsClient.name

    def __init__(self, inner: Callable[[], stripe.HTTPClient], observe: Observe) -> None:
        super().__init__()
        self._inner = inner
        self._observe = observe

    def around(self, client: stripe.HTTPClient) -> ObservedClient:
        """The same observer around another client."""
        return ObservedClient(lambda: client, self._observe)

    def request(
        self, method: str, url: str, headers: Headers | None, post_data: Any = None, **_: Any
    ) -> Received:
        return run(self._steps(method, url, headers or {}, post_data))

    async def request_async(
        self, method: str, url: str, headers: Headers, post_data: Any = None
    ) -> Received:
        try:
            return await arun(self._steps(method, url, headers, post_data))
        except asyncio.CancelledError:  # by a time limit, or because the browser has gone
            sent = SentRequest.of(method, url, headers, post_data)
            error = stripe.APIConnectionError("The request was canceled.")  # type: ignore[no-untyped-call]
            await sync_to_async(self._observe)(sent, Response(error=error))
            raise

    def _steps(self, method: str, url: str, headers: Headers, post_data: Any) -> Steps[Received]:
        sent = SentRequest.of(method, url, headers, post_data)
        clock = clock_of(settings.api_base)
        key = credentials.of_key(sent.api_key)
        limiter = limiter_of(Limits.in_force(key))
        connected = key.connected(sent.account or key.account)
        slot = yield from limiter.wait(method, sent.path, bulk=False, account=connected)
        started = clock.monotonic()
        received = yield _Exchange(self._inner(), method, url, headers, post_data)
        ended = clock.monotonic()
        if isinstance(received, stripe.StripeError):
            self._observe(sent, Response(error=received))
            raise received
        content, status, given = received
        answered = CaseInsensitiveDict(given or {})  # some of the SDK's clients have lower case
        date = answered.get("Date")
        time = clock.read_time(date, started, ended)
        # A change cannot be sent again to hear a second Date.
        known = None if clock.is_undecided(date) else time
        response = Response(_body_of(content), status, answered, known)
        if response.is_rate_limited:
            reason = answered.get("Stripe-Rate-Limited-Reason", "")
            path = url_template(sent.path)
            logs.RATE_LIMITED(method=method, path=path, reason=reason or "no reason")
            pause = response.retry_after or 0.0
            limiter.slow_down(method, sent.path, slot, reason, pause, connected)
        self._observe(sent, response)
        return content, status, given

    def request_stream(
        self, method: str, url: str, headers: Headers | None, post_data: Any = None, **more: Any
    ) -> Any:
        """What is streamed is a file, and no object."""
        return self._inner().request_stream(method, url, headers, post_data, **more)

    async def request_stream_async(
        self, method: str, url: str, headers: Headers, post_data: Any = None
    ) -> Any:
        return await self._inner().request_stream_async(method, url, headers, post_data)

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return self._inner().sleep_async(secs)

    def close(self) -> None:
        self._inner().close()  # type: ignore[no-untyped-call]

    async def close_async(self) -> None:
        await self._inner().close_async()  # type: ignore[no-untyped-call]


def _body_of(content: Any) -> Any:
    """The decoded body; ``None`` for what is not JSON."""
    try:
        return decoded(content, 0, {})
    except stripe.APIError:
        return None
