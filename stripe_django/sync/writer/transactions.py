"""Transactions that are retried after a deadlock."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import OperationalError, connections, transaction

ATTEMPTS = 6
RETRIED = {"40001", "40P01", 1205, 1213}  # serialization and deadlock, PostgreSQL and MySQL


def transactions(using: str) -> Iterator[AbstractContextManager[None]]:
    """Yield transactions until one is committed: ``for each in transactions(using): with each: …``.

    A deadlock in the block is suppressed, and the block runs again in the next transaction, so
    do not leave the block with ``return`` or ``break``. Inside a transaction of the caller's,
    nothing is retried.
    """
    attempts = 1 if connections[using].in_atomic_block else ATTEMPTS
    for attempt in range(1, attempts + 1):
        committed: list[bool] = []
        yield _transaction(using, committed, is_last=attempt == attempts)
        if committed:
            return
        time.sleep(random.uniform(0, 0.05 * 2**attempt))


@contextmanager
def _transaction(using: str, committed: list[bool], *, is_last: bool) -> Iterator[None]:
    try:
        with transaction.atomic(using=using):
            yield
    except OperationalError as error:
        if is_last or not is_transient(error):
            raise
    else:
        committed.append(True)


def is_transient(error: Exception) -> bool:
    """Whether another transaction was in the way."""
    cause = error.__cause__
    code = getattr(cause, "sqlstate", None) or (error.args[0] if error.args else None)
    return code in RETRIED or "locked" in str(error)
