"""The tasks of Django's Tasks framework, or of its backport ``django-tasks`` for Django 5.2.

Importing this module registers each as the task of the function that it calls. ``bind`` has the
backend of the setting know them: some run only what they have seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import django

from . import retention, statistics
from .conf import settings
from .health import alerts
from .sync.erasure import customers
from .sync.events import enqueue, handlers, processor, retry
from .sync.repair import pending_reads
from .sync.runs import work as working

task: Any = None
if django.VERSION >= (6, 0):
    from django.tasks import task
else:
    with suppress(ImportError):  # the extra "tasks"; a system check reports who needs it
        from django_tasks import task

STATISTICS_SECONDS = 10.0
PRUNE_SECONDS = 10.0  # of a command that has other work
WORK_SECONDS = 60.0  # of one task: queues have other work, and may limit how long a task takes

_made: list[Any] = []

Step = Callable[[Any], Any]


def _task_of(step: Step) -> Callable[[Step], Any]:
    """Make a function the task of another one."""

    def register(function: Step) -> Any:
        if task is None:
            return function
        made = task(function)
        _made.append(made)
        enqueue.register(step, made)
        return made

    return register


def bind() -> None:
    """Make the tasks known to the backend of the setting: by itself, each is one of "default"."""
    for each in _made:
        each.using(backend=settings.tasks)


def retry_due(seconds: float) -> None:
    """Retry what is due for so many seconds, and do what else is due.

    With tasks, also have the runs of ``stripe_sync`` read on whose processes are gone.
    """
    retry.run_scheduled(seconds=seconds)
    maintain(prune_seconds=min(seconds, PRUNE_SECONDS))
    if settings.tasks and working.note_abandoned():
        enqueue.run(work_for, WORK_SECONDS)


def maintain(*, prune_seconds: float = PRUNE_SECONDS) -> None:
    """What commands and tasks do besides their own work, and no request."""
    customers.resume_due()
    look_after()
    prune_if_due(prune_seconds)


def look_after(
    seconds: float = STATISTICS_SECONDS, parts: Collection[statistics.Steps] = statistics.ALL
) -> None:
    """Update the statistics that are due, for so many seconds, and the alerts."""
    statistics.keep(seconds=seconds, every=statistics.EVERY, parts=parts)
    alerts.look()


def prune_if_due(seconds: float = PRUNE_SECONDS) -> None:
    """Prune once a day, or have a task do so, after the statistics have seen what goes."""
    if retention.is_due():
        if settings.tasks:
            enqueue.run(prune_for, WORK_SECONDS)
        else:
            retention.keep(seconds=seconds)


def prune_for(seconds: float) -> None:
    """Prune for so many seconds, and then by another task, until all is done."""
    if retention.keep(seconds=seconds) and retention.is_due():
        enqueue.run(prune_for, seconds)


@_task_of(processor.process)
def process(event_id: str) -> None:
    """Apply one stored event."""
    processor.process(event_id)


@_task_of(handlers.run)
def run_handler(run_id: int) -> None:
    """Run one handler for one event."""
    handlers.run(run_id)


@_task_of(pending_reads.refetch)
def refetch(read_id: int) -> None:
    """Read one object whose row cannot be trusted."""
    pending_reads.refetch(read_id)


@_task_of(retry_due)
def run_due(seconds: float) -> None:
    """Retry what is due."""
    retry_due(seconds)


def work_for(seconds: float) -> None:
    """Read what is left of the runs of ``stripe_sync`` for so many seconds, and then by another
    task, as long as there are any.
    """
    end = time.monotonic() + seconds
    if not working.work(should_stop=lambda: time.monotonic() >= end):
        enqueue.run(work_for, seconds)


@_task_of(work_for)
def work(seconds: float) -> None:
    """Read what is left of the runs of ``stripe_sync``."""
    work_for(seconds)


@_task_of(prune_for)
def prune(seconds: float) -> None:
    """Remove what is older than the setting ``RETENTION`` keeps it."""
    prune_for(seconds)
