"""Run localstripe, a fake Stripe that speaks HTTP, for as long as a block of code needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from example import child

ROOT = child.ROOT
SERVER = "example.fake_server"
CLOCK_HEADER = "X-Demo-Clock"
"""Unix seconds; the fake creates what a request asks for as if it were that moment."""


@contextmanager
def running() -> Iterator[str]:
    """Start an empty fake on a free loopback port, yield its address, and stop it at the end."""
    with child.serving(SERVER) as address:
        yield address
