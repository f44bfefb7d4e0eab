"""Database work in a thread, which has a connection of its own."""

from __future__ import annotations

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
