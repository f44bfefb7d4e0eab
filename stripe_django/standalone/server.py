"""The admin and the webhook endpoint over HTTP, on this machine only."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from stripe_django.standalone import PASSWORD, USERNAME
from stripe_django.standalone.database import INSTALL

HOST = "127.0.0.1"
OPTIONS = {
    # A burst of deliveries waits in these queues. Where one is full, connections are reset.
    "backlog": 2048,
    "connection_limit": 2000,
    # poll() has no limit of 1,024 open files, unlike select().
    "asyncore_use_poll": True,
    # SQLite has one writer at a time, and more threads than a few only compete for it.
    "threads": 4,
}
WELCOME = f"""\
The admin is at  http://{HOST}:{{port}}/
User name        {USERNAME}
Password         {PASSWORD}

Only this machine can reach it. Ctrl-C stops it, and ends the password."""


def port(text: str) -> int:
    """The number of a port, for an option."""
    number = int(text)
    if number not in range(2**16):
        raise ValueError(text)
    return number


def require_free(port: int) -> None:
    """Raise now, rather than after some work, if no server can listen there."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise _refused(port, error) from None


def serve(port: int) -> None:
    """Serve until Ctrl-C or SIGTERM, and print the address and the login first."""
    # waitress suppresses these two as well, but only once it runs.
    with (
        suppress(KeyboardInterrupt, SystemExit),
        listening(port) as server,
        stopping_at_sigterm(),
    ):
        print(WELCOME.format(port=server.effective_port), flush=True)
        server.run()
    print("Stopped.")


def _refused(port: int, error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{HOST}:{port}: {error.strerror}")


@contextmanager
def listening(port: int, **options: Any) -> Iterator[Any]:
    """A waitress server that accepts connections; its ``run()`` handles them.

    Port 0 takes a free one; ``effective_port`` has its number. ``options`` are waitress's.
    """
    try:
        from waitress.server import create_server
    except ImportError:
        raise ImproperlyConfigured(f"The server needs one more package: {INSTALL}") from None
    # Django's own server does the same with --insecure: it serves static files without DEBUG.
    application = StaticFilesHandler(get_wsgi_application())
    try:
        server = create_server(application, host=HOST, port=port, **OPTIONS | options)
    except OSError as error:
        raise _refused(port, error) from None
    try:
        yield server
    finally:
        server.close()


@contextmanager
def stopping_at_sigterm() -> Iterator[None]:
    """SIGTERM raises ``SystemExit`` within this block, which ends waitress as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: Any) -> NoReturn:
    sys.exit(128 + number)
