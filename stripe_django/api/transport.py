"""The SDK's own HTTP client, with a time limit for all of a response and with bodies kept from the
SDK."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import stripe

from . import request_limit
from .time_limit import limited_session, time_limit

EMPTY_OBJECT = b"{}"


class Transport(stripe.HTTPClient):
    """Sends the SDK's requests; ``body`` is the body of this thread's last successful response.

    ``timeout`` is in seconds, for one request and its whole response. The SDK would decode each
    body into its own dictionaries, and log it. It gets an empty object instead, except for errors.
    Each thread has its own connection, which is kept alive; a forked process neither uses nor
    closes those of its parent.
    """

    name = stripe.RequestsClient.name

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout
        self._make = stripe.new_default_http_client
        self._local = threading.local()

    @property
    def body(self) -> bytes:
        body: bytes = self._local.body
        return body

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
        content, status, received = response
        if not 200 <= status < 300:
            return content, status, received
        self._local.body = content
        return EMPTY_OBJECT, status, received

    def _client(self) -> stripe.HTTPClient:
        """This thread's client, with a session of its own."""
        if getattr(self._local, "process", None) != os.getpid():
            self._local.process = os.getpid()
            self._local.client = self._make(timeout=self._timeout, session=limited_session())
        client: stripe.HTTPClient = self._local.client
        return client

    def close(self) -> None:
        self._client().close()  # type: ignore[no-untyped-call]
