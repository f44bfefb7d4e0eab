"""What a request reads from Stripe: one request of a process at a time, and for a short time.

Stripe waits only seconds for the answer to a delivery, and a server has few threads: if Stripe's
API is silent, at most one of them waits for it. What is not read then stays stored, and is read
later.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from django.db import router

from stripe_django.api import request_limit
from stripe_django.models import InboxEvent
from stripe_django.schemas import tables_of

_lock = threading.Lock()
_queue: deque[tuple[Callable[[Any], None], Any]] = deque()
_is_reading = False
_tables = ""  # of the request that reads


def run(step: Callable[[Any], None], argument: Any) -> None:
    """Call a step that reads from Stripe.

    Within a request it is left to the request that reads already, if there is one, and to later
    if that is one of another tenant, if there is no time left, or if Stripe has not responded
    lately.
    """
    if not request_limit.is_active():
        step(argument)
        return
    global _is_reading, _tables
    tables = tables_of(router.db_for_write(InboxEvent))
    with _lock:
        if _is_reading and tables != _tables:
            return
        _queue.append((step, argument))
        if _is_reading:
            return
        _is_reading, _tables = True, tables
    _read_all()


def _read_all() -> None:
    global _is_reading
    while True:
        with _lock:
            if not request_limit.may_read():
                _queue.clear()
            if not _queue:
                _is_reading = False
                return
            step, argument = _queue.popleft()
        try:
            step(argument)
        except BaseException:
            with _lock:
                _is_reading = False
            raise


def _forget() -> None:
    """In a child process no thread of the parent reads, nor holds the lock."""
    global _lock, _is_reading
    _lock, _is_reading = threading.Lock(), False
    _queue.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
