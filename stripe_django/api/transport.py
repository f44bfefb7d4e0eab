"""The SDK's own HTTP client, with bodies kept from the SDK, and made anew in every process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import stripe

NOTHING = b"{}"


class Transport(stripe.HTTPClient):
    """Sends what the SDK gives it; ``body`` is what came for this thread's last request.

    The SDK would decode each body into its own dictionaries, and write it into its log. It gets an
    empty object in place of one that is no error. Each thread has a connection of its own, which
    is kept alive; a process that was forked has those of its parent neither to use nor to close.
    """

    name = stripe.RequestsClient.name

    def __init__(self, make: Callable[[], stripe.HTTPClient]) -> None:
        super().__init__()
        self._make = make
        self._made = os.getpid(), make()
        self._last = threading.local()

    @property
    def body(self) -> bytes:
        body: bytes = self._last.body
        return body

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[Any, int, Mapping[str, str]]:
        content, status, answered = self._client().request(method, url, headers, post_data)
        if not 200 <= status < 300:
            return content, status, answered
        self._last.body = content
        return NOTHING, status, answered

    def _client(self) -> stripe.HTTPClient:
        process, client = self._made
        if process != os.getpid():
            client = self._make()
            self._made = os.getpid(), client
        return client

    def close(self) -> None:
        self._client().close()  # type: ignore[no-untyped-call]
