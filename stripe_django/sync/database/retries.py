"""Transactions and statements that are tried again when another transaction was in the way."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction
from django.db.models import QuerySet

from . import lock_timeout

ATTEMPTS = 6
LONGEST_PAUSE = 3.0  # seconds between two attempts
RETRIED = {"40001", "40P01", 1205, 1213}  # serialization and deadlock, PostgreSQL and MySQL


def transactions(
    using: str, *, attempts: int = ATTEMPTS, brief: bool = False
) -> Iterator[AbstractContextManager[None]]:
    """Yield transactions until one is committed: ``for each in transactions(using): with each: …``.

    A deadlock in the block, or a locked SQLite database, is suppressed, and the block runs again in
    the next transaction, so do not leave the block with ``return`` or ``break``. Inside a
    transaction of the caller's, nothing is retried. If ``brief``, statements do not wait for
    a lock for long.
    """
    if connections[using].in_atomic_block:
        attempts = 1
    for attempt in range(1, attempts + 1):
        committed: list[bool] = []
        atomic = _atomic(using, brief=brief)
        yield _transaction(atomic, committed, is_last=attempt == attempts)
        if committed:
            return
        pause(attempt)


def _atomic(using: str, *, brief: bool) -> AbstractContextManager[None]:
    return lock_timeout.atomic(using) if brief else transaction.atomic(using=using)


@contextmanager
def _transaction(
    atomic: AbstractContextManager[None], committed: list[bool], *, is_last: bool
) -> Iterator[None]:
    try:
        with atomic:
            yield
    except OperationalError as error:
        if is_last or not is_transient(error):
            raise
    else:
        committed.append(True)


def is_transient(error: Exception) -> bool:
    """Whether another transaction was in the way."""
    return not RETRIED.isdisjoint(lock_timeout.codes_of(error)) or "locked" in str(error)


def update(rows: QuerySet[Any], **values: Any) -> int:
    """Update rows by one statement, and return how many.

    A deadlock ends the statement alone, which is tried again, unless the caller has a transaction
    open.
    """
    if not connections[rows.db].in_atomic_block:
        for attempt in range(1, ATTEMPTS):
            try:
                return rows.update(**values)
            except OperationalError as error:
                if not is_transient(error):
                    raise
            pause(attempt)
    return rows.update(**values)


def pause(attempt: int) -> None:
    """Wait before the next attempt: at random, lest two meet again, and longer each time."""
    time.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_PAUSE)))
