"""The SDK's own HTTP clients, with a time limit for all of a response and with bodies kept from the
SDK."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from math import ceil
from typing import Any

import stripe

from . import request_limit
from .loop_client import loop_client
from .time_limit import limited_session, time_limit

EMPTY_OBJECT = b"{}"

_body: ContextVar[bytes] = ContextVar("body")


def last_body() -> bytes:
    """The body of the last successful response in this thread, or in this coroutine."""
    return _body.get()


class Transport(stripe.HTTPClient):
    """Sends the SDK's requests; ``last_body`` returns the bodies.

    ``timeout`` is in seconds, for one request and its whole response. The SDK would decode each
    body into its own dictionaries, and log it. It gets an empty object instead, except for errors.
    Each thread has its own connection, which is kept alive; a forked process neither uses nor
    closes those of its parent. Coroutines share those of their event loop.
    """

    name = stripe.RequestsClient.name

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout
        self._make = stripe.new_default_http_client
        self._local = threading.local()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[Any, int, Mapping[str, str]]:
        with time_limit(request_limit.response_limit(self._timeout)):
            response = self._client().request(method, url, headers, post_data)
        return _without_body(*response)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        limit = request_limit.response_limit(self._timeout)
        client = await loop_client(ceil(self._timeout))
        try:
            async with asyncio.timeout(limit):
                response = await client.request_async(method, url, headers, post_data)
        except stripe.StripeError:
            raise
        except Exception as error:  # each library has its own
            message = f"The request to Stripe failed: {type(error).__name__}."
            failed = stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                message, should_retry=True
            )
            raise failed from error
        return _without_body(*response)

    def _client(self) -> stripe.HTTPClient:
        """This thread's client, with a session of its own."""
        if getattr(self._local, "process", None) != os.getpid():
            self._local.process = os.getpid()
            self._local.client = self._make(timeout=self._timeout, session=limited_session())
        client: stripe.HTTPClient = self._local.client
        return client

    def close(self) -> None:
        self._client().close()  # type: ignore[no-untyped-call]


def _without_body(
    content: Any, status: int, headers: Mapping[str, str]
) -> tuple[Any, int, Mapping[str, str]]:
    """Keep the body of a successful response for ``last_body``."""
    if not 200 <= status < 300:
        return content, status, headers
    _body.set(content)
    return EMPTY_OBJECT, status, headers
