"""Database work in a thread, which has a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")


class OwnConnection:
    """Runs functions in one thread, whose connection is outside of all transactions of the caller.

    Their errors are raised here. ``close`` it afterwards.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "stripe_django")

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._thread.submit(function, *args, **kwargs).result()

    def close(self) -> None:
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()


def in_thread(step: Callable[[], T]) -> T:
    """Return what a step returns, on a connection that is closed afterwards."""
    with closing(OwnConnection()) as run:
        return run(step)


def outside_loop(step: Callable[[], T]) -> T:
    """The same if a coroutine has called, where Django has no connection; or else right here."""
    return in_thread(step) if is_in_event_loop() else step()


def is_in_event_loop() -> bool:
    """Whether a coroutine has called a function that blocks."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
