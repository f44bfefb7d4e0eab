"""Transactions that are committed although the caller is in one.

What must survive a crash is committed on a second connection, in a thread of its own. Not on
SQLite, where the caller's transaction would keep that waiting for its lock, and not inside the
transaction of a ``TestCase``, whose rows no other connection sees: there it is part of the
caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import ParamSpec, TypeVar

from stripe_django.sync import open_writes
from stripe_django.sync.database.threads import OwnConnection

P = ParamSpec("P")
R = TypeVar("R")


class Here:
    """Runs functions on the caller's connection."""

    def __call__(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)


Runner = Here | OwnConnection


@contextmanager
def durable(using: str) -> Iterator[Runner]:
    """What runs functions so that their writes are committed when they return, if that can be."""
    if not needs_connection(using):
        yield Here()
        return
    with closing(OwnConnection()) as elsewhere:
        yield elsewhere


def needs_connection(using: str) -> bool:
    """Whether the caller is in a transaction that another connection need not wait for."""
    return open_writes.is_in_transaction(using) and open_writes.has_second_connection(using)
