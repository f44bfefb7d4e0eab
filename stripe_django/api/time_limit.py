"""A time limit for a whole HTTP exchange: connecting, the headers and the whole body.

The timeout of ``requests`` starts again with each packet, so that a server which sends one byte at
a time would never reach it. Here, what is left of the limit is the timeout of each next step. Only
the lookup of a host name is left out: Python cannot interrupt it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any

import requests

from .session import Adapter, Session

BUFFER = 64 * 1024  # bytes that are read at once, as far as they have arrived

_ends_at: ContextVar[float] = ContextVar("ends_at")  # of the monotonic clock


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit what sessions of ``limited_session()`` do meanwhile in this thread."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def limited_session() -> requests.Session:
    """A session which can only be used within ``time_limit()``."""
    session = Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, _Adapter())
    return session


def _remaining() -> float:
    remaining = _ends_at.get() - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("timed out")
    return remaining


class _Reader(RawIOBase):
    """Reads from a socket, each time for at most what remains."""

    def __init__(self, sock: socket.socket, raw: RawIOBase) -> None:
        self._sock = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_Reader(sock, self.fp.detach()), BUFFER)


class _Connection:
    """Mixed into the connection classes of ``urllib3``."""

    response_class = _Response
    timeout: float
    _dns_host: str
    port: int

    def _new_conn(self) -> socket.socket:
        """The time is divided among the host's addresses, which are tried one after the other."""
        with suppress(socket.gaierror):  # raised again below, as an error of urllib3
            addresses = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
            self.timeout = _remaining() / len(addresses)
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        sock.settimeout(_remaining())  # for the TLS handshake
        return sock


class _Adapter(Adapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _limit(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if is_new:
            _limit(manager)
        return manager


def _limit(manager: Any) -> None:
    """Have a pool manager of ``urllib3``, also one for proxies, make limited connections."""
    pools = manager.pool_classes_by_scheme.items()
    manager.pool_classes_by_scheme = {scheme: _limited(pool) for scheme, pool in pools}


def _limited(pool: type[Any]) -> type[Any]:
    connection = type("Connection", (_Connection, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
