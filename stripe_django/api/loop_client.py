"""The SDK's asynchronous HTTP client of an event loop, which keeps its connections alive."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from stripe_django.exceptions import AsyncClientMissingError
from stripe_django.lazy_sdk import stripe


class _Key(NamedTuple):
    make: Callable[..., stripe.HTTPClient]
    timeout: int
    options: frozenset[tuple[str, Any]]


class _Open(NamedTuple):
    client: stripe.HTTPClient
    closing: AsyncGenerator[stripe.HTTPClient, None]


_open: WeakKeyDictionary[AbstractEventLoop, dict[_Key, _Open]] = WeakKeyDictionary()


async def loop_client(timeout: int, **options: Any) -> stripe.HTTPClient:
    """Return the client of the running event loop; ``timeout`` is in seconds, of its connections.
    ``options`` are those of the SDK's clients.

    Raises ``AsyncClientMissingError`` if no library is installed that the SDK can use.
    """
    mine = _open.setdefault(asyncio.get_running_loop(), {})
    for make in (stripe.HTTPXClient, stripe.AIOHTTPClient):
        key = _Key(make, timeout, frozenset(options.items()))
        try:
            if key not in mine:
                closing = _closed_with_loop(make(timeout=timeout, **options))
                mine[key] = _Open(await anext(closing), closing)
        except ImportError:
            continue
        return mine[key].client
    raise AsyncClientMissingError


async def _closed_with_loop(client: stripe.HTTPClient) -> AsyncGenerator[stripe.HTTPClient, None]:
    """A generator that has begun: event loops end those at their own end."""
    try:
        yield client
    finally:
        _open.pop(asyncio.get_running_loop(), None)
        await client.close_async()  # type: ignore[no-untyped-call]
