"""A limit for what web requests read from Stripe, which others wait for.

Within ``request_limit()``, requests to Stripe are sent once and cut off early. After one that
Stripe did not respond to, no request of this process reads anything for a minute.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from stripe_django.exceptions import ReadLimitError

SECONDS = 2.0  # for all that one web request reads
RESPONSE = 0.9  # seconds for one response: another page of the same worker waits for it
PAUSE = 60.0  # seconds without reads after a failure

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)  # monotonic
_paused_until = 0.0


@contextmanager
def request_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Limit what this thread reads from Stripe meanwhile."""
    before = _ends_at.get()
    end = time.monotonic() + seconds
    token = _ends_at.set(end if before is None else min(before, end))
    try:
        yield
    finally:
        _ends_at.reset(token)


def is_active() -> bool:
    return _ends_at.get() is not None


def remaining() -> float:
    """Seconds that are left for reads; infinite without a limit."""
    end = _ends_at.get()
    return float("inf") if end is None else end - time.monotonic()


def may_read() -> bool:
    return not is_active() or (remaining() > 0 and time.monotonic() >= _paused_until)


def check() -> None:
    """Raise ``ReadLimitError`` unless something may be read."""
    if not may_read():
        raise ReadLimitError


def response_limit(timeout: float) -> float:
    """Seconds for one response, of ``timeout`` without a limit."""
    return min(timeout, RESPONSE, max(remaining(), 0.001)) if is_active() else timeout


def note_failure() -> None:
    """Have the requests of this process read nothing for a while."""
    global _paused_until
    if is_active():
        _paused_until = time.monotonic() + PAUSE


def reset() -> None:
    """Forget a failure, for tests."""
    global _paused_until
    _paused_until = 0.0
