"""Database work in a thread, which has a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def in_thread(step: Callable[[], T]) -> T:
    """Return what a step returns, on a connection that is closed afterwards; its error is raised
    here.
    """
    found: list[T] = []
    errors: list[BaseException] = []

    def perform() -> None:
        try:
            found.append(step())
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=perform, name="stripe_django")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return found[0]


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
