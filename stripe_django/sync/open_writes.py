"""What was written at Stripe while a transaction here was open, which may be rolled back.

A rollback would take the row back although Stripe has the object. So the object is noted by a
connection of its own before, and the note removed once the transaction is committed. Where there is
no second connection, the notes are kept in memory until the end of the request: on SQLite, whose
one lock the transaction may have, and within the transaction of a test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from asgiref.local import Local
from django.core.signals import request_finished
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from stripe_django.models import OpenWrite
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import log_exception

from . import refetch_queue
from .backoff import LEASE
from .database import lock_timeout
from .database.threads import in_thread

BATCH = 500

logger = logging.getLogger(__name__)
_local = Local(thread_critical=True)  # as connections are: coroutines of one thread share it


class Written(NamedTuple):
    """An object that a request wrote; ``at`` is Stripe's time of it, if that is known (UTC)."""

    model: type[StripeModel]
    stripe_id: str
    account: str = ""
    at: datetime | None = None


@dataclass(slots=True, eq=False)
class _Open:
    """The notes of one request, while its transaction is open. ``keys`` are empty in memory."""

    using: str
    written: Sequence[Written]
    keys: list[int] = field(default_factory=list)
    is_committed: bool = False
    test: Any = None  # the atomic block of the test that it is within

    def committed(self) -> None:
        self.is_committed = True
        if self.keys:
            OpenWrite.objects.using(self.using).filter(pk__in=self.keys).delete()

    def is_pending(self) -> bool:
        """Whether the transaction, or the savepoint, may still be committed."""
        waiting = connections[self.using].run_on_commit
        return any(each[1] == self.committed for each in waiting)

    def is_of_past_test(self) -> bool:
        return self.test is not None and self.test not in connections[self.using].atomic_blocks


def is_in_transaction(using: str) -> bool:
    """Whether what is written now can be rolled back by the project."""
    connection = connections[using]
    if not connection.in_atomic_block:
        return not connection.get_autocommit()
    return not all(map(_is_of_test, connection.atomic_blocks))


def note(written: Sequence[Written], using: str) -> None:
    """Have these objects read from Stripe unless the open transaction is committed."""
    if not written:
        return
    opened = _Open(using, written, test=_test_block(using))
    if not has_second_connection(using):
        _notes().append(opened)
    else:
        try:
            opened.keys = in_thread(lambda: _store(written, using, timezone.now() + LEASE))
        except DatabaseError:
            log_exception(logger, "A second connection failed, so a rollback may go unnoticed.")
            _notes().append(opened)
    if connections[using].in_atomic_block:
        transaction.on_commit(opened.committed, using=using, robust=True)


def read_later(written: Sequence[Written], using: str) -> None:
    """Have these objects read from Stripe, whatever comes of the open transaction."""
    if not is_in_transaction(using):
        queue(written, using)
    elif has_second_connection(using):
        in_thread(lambda: _store(written, using, timezone.now()))
    elif written:
        _notes().append(_Open(using, written, test=_test_block(using)))


def read_apart(found: Callable[[], Sequence[Written]], using: str) -> None:
    """Have the objects that ``found`` returns read from Stripe, where the connection has failed."""
    if has_second_connection(using):
        in_thread(lambda: _store(found(), using, timezone.now()))
    else:
        read_later(found(), using)


def queue(written: Sequence[Written], using: str) -> None:
    """Queue the reads of these objects, in the caller's transaction if there is one."""
    with transaction.atomic(using):
        rows = [_row_of(each, timezone.now()) for each in written]
        refetch_queue.queue_writes(rows, using=using)


def collect() -> None:
    """Queue what this thread has in memory and was rolled back, unless a transaction is open."""
    for each in [*_notes()]:
        if each.is_committed or each.is_of_past_test():
            _notes().remove(each)
        elif not each.is_pending() and not is_in_transaction(each.using):
            queue(each.written, each.using)
            _notes().remove(each)


def try_to_collect(**_: Any) -> None:
    """The same, and the next time what the database refuses now."""
    try:
        collect()
    except DatabaseError:
        log_exception(logger, "What was rolled back could not be queued to be read from Stripe.")


def queue_due(using: str) -> int:
    """Queue the reads of what was rolled back, or whose process died; returns how many."""
    due = OpenWrite.objects.using(using).filter(due_at__lte=timezone.now())
    count = 0
    while found := list(due.order_by("pk")[:BATCH]):
        with transaction.atomic(using):
            refetch_queue.queue_writes(found, using=using)
            due.filter(pk__in=[each.pk for each in found]).delete()
        count += len(found)
    return count


def has_second_connection(using: str) -> bool:
    connection = connections[using]
    return connection.vendor != "sqlite" and _test_block(using) is None


def _test_block(using: str) -> Any:
    blocks = connections[using].atomic_blocks
    return next((block for block in blocks if _is_of_test(block)), None)


def _is_of_test(block: Any) -> bool:
    """Whether an atomic block is that of a ``TestCase``, which is never committed."""
    return bool(getattr(block, "_from_testcase", False))


def _store(written: Sequence[Written], using: str, due_at: datetime) -> list[int]:
    rows = [_row_of(each, due_at) for each in written]
    with lock_timeout.atomic(using):
        for row in rows:  # MySQL returns the keys of no more than one
            row.save(using=using, force_insert=True)
    return [row.pk for row in rows]


def _row_of(written: Written, due_at: datetime) -> OpenWrite:
    return OpenWrite(
        object_name=written.model.stripe.object_name,
        stripe_id=written.stripe_id,
        account=written.account,
        not_before=refetch_queue.after(written.at),
        due_at=due_at,
    )


def _notes() -> list[_Open]:
    if not hasattr(_local, "notes"):
        _local.notes = []
    notes: list[_Open] = _local.notes
    return notes


request_finished.connect(try_to_collect, dispatch_uid="stripe_django.open_writes")
