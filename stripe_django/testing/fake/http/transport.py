"""The fake as the SDK's HTTP client: requests never leave this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from io import BytesIO
from typing import Any

import stripe

from ..faults.fault import Transmission
from .protocol import Headers

TIMEOUT = 80.0  # seconds, as the SDK's own clients wait
Send = Callable[[str, str, Mapping[str, str], bytes], Transmission]
Received = tuple[bytes, int, Headers]


class FakeHTTPClient(stripe.HTTPClient):
    """Hands requests to ``send``, and raises what the SDK's own clients raise.

    What would take longer than ``timeout`` seconds fails at once.
    """

    name = "fake"

    def __init__(self, send: Send, timeout: float = TIMEOUT) -> None:
        super().__init__()
        self._send = send
        self._timeout = timeout

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Headers]:
        reply = self._reply(method, url, headers, post_data)
        time.sleep(reply.delay)
        body, status, received = self._received(reply)
        return body.decode(), status, received

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> Received:
        reply = self._reply(method, url, headers, post_data)
        await asyncio.sleep(reply.delay)
        return self._received(reply)

    def request_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[BytesIO, int, Headers]:
        body, status, received = self.request(method, url, headers, post_data)
        return BytesIO(body.encode()), status, received

    async def request_stream_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[AsyncIterator[bytes], int, Headers]:
        body, status, received = await self.request_async(method, url, headers, post_data)
        return _stream(body), status, received

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    def close(self) -> None:
        """There is nothing to close."""

    async def close_async(self) -> None:
        """There is nothing to close."""

    def _reply(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> Transmission:
        content = post_data.encode() if isinstance(post_data, str) else bytes(post_data or b"")
        reply = self._send(method, url, headers or {}, content)
        if reply.delay > self._timeout:
            raise _failure("The fake took too long.")
        return reply

    @staticmethod
    def _received(reply: Transmission) -> Received:
        if reply.cut is not None:
            raise _failure("The fake broke the connection.")
        headers = {
            name: value for name, value in reply.response.headers.items() if value is not None
        }
        return reply.response.content, reply.response.status, Headers(headers)


def _failure(message: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(message, should_retry=True)  # type: ignore[no-untyped-call]


async def _stream(body: bytes) -> AsyncIterator[bytes]:
    yield body
