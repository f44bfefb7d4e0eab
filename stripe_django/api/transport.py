"""The SDK's own HTTP clients, with a time limit for all of a response and with bodies kept from the
SDK."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterable, Awaitable, Iterable, Mapping
from math import ceil
from typing import Any

import stripe
from django.utils.translation import gettext_lazy as _

from . import request_limit
from .exchange import last_body
from .loop_client import loop_client
from .time_limit import limited_session, time_limit

EMPTY_OBJECT = b"{}"

Headers = Mapping[str, str]
Received = tuple[Any, int, Headers]


class LimitedClient(stripe.HTTPClient):
    """Sends the SDK's requests, each with one time limit for connecting and the whole response.

    ``timeout`` is in seconds; ``options`` are those of the SDK's own clients. Each thread has its
    own connection, which is kept alive; a forked process neither uses nor closes those of its
    parent. Coroutines share those of their event loop.
    """

    name = stripe.RequestsClient.name

    def __init__(self, timeout: float, **options: Any) -> None:
        super().__init__(**options)
        self._timeout = timeout
        self._options = options
        self._make = stripe.new_default_http_client
        self._local = threading.local()

    def limit(self) -> float:
        """Seconds for one response."""
        return self._timeout

    def request(
        self, method: str, url: str, headers: Headers | None, post_data: Any = None, **_: Any
    ) -> Received:
        with time_limit(self.limit()):
            found: Received = self._client().request(method, url, headers, post_data)
        return found

    async def request_async(
        self, method: str, url: str, headers: Headers, post_data: Any = None
    ) -> Received:
        limit = self.limit()
        client = await loop_client(ceil(self._timeout), **self._options)
        try:
            async with asyncio.timeout(limit):
                return await client.request_async(method, url, headers, post_data)
        except stripe.StripeError:
            raise
        except Exception as error:  # each library has its own
            message = _("The request to Stripe failed: %(type)s.") % {"type": type(error).__name__}
            failed = stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                message, should_retry=True
            )
            raise failed from error

    def request_stream(
        self, method: str, url: str, headers: Headers | None, post_data: Any = None, **_: Any
    ) -> tuple[Iterable[bytes], int, Headers]:
        """The project reads the body itself, for as long as it takes."""
        client = self._make(timeout=self._timeout, **self._options)
        found: Any = client.request_stream(method, url, headers, post_data)
        return found  # type: ignore[no-any-return]

    async def request_stream_async(
        self, method: str, url: str, headers: Headers, post_data: Any = None
    ) -> tuple[AsyncIterable[bytes], int, Headers]:
        client = await loop_client(ceil(self._timeout), **self._options)
        return await client.request_stream_async(method, url, headers, post_data)

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    def _client(self) -> stripe.HTTPClient:
        """This thread's client, with a session of its own."""
        if getattr(self._local, "process", None) != os.getpid():
            self._local.process = os.getpid()
            session = limited_session()
            self._local.client = self._make(timeout=self._timeout, session=session, **self._options)
        client: stripe.HTTPClient = self._local.client
        return client

    def close(self) -> None:
        self._client().close()  # type: ignore[no-untyped-call]

    async def close_async(self) -> None:
        """The event loop closes its connections."""


class Transport(LimitedClient):
    """The same without bodies, which are in ``last_body``: the SDK would decode each into its own
    dictionaries, and log it. It gets an empty object instead, except for errors.

    A web request that Stripe's answer is a part of ends it earlier.
    """

    def limit(self) -> float:
        return request_limit.response_limit(self._timeout)

    def request(
        self, method: str, url: str, headers: Headers | None, post_data: Any = None, **more: Any
    ) -> Received:
        return _without_body(*super().request(method, url, headers, post_data, **more))

    async def request_async(
        self, method: str, url: str, headers: Headers, post_data: Any = None
    ) -> Received:
        return _without_body(*(await super().request_async(method, url, headers, post_data)))


def _without_body(content: Any, status: int, headers: Headers) -> Received:
    """Keep the body of a successful response for ``last_body``."""
    if not 200 <= status < 300:
        return content, status, headers
    last_body.set(content)
    return EMPTY_OBJECT, status, headers
