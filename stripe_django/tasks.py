"""The tasks of Django's Tasks framework, or of its backport ``django-tasks`` for Django 5.2.

Importing this module registers each as the task of the function that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django

from . import statistics
from .sync.events import enqueue, handlers, processor, retry
from .sync.repair import pending_reads

task: Any = None
if django.VERSION >= (6, 0):
    from django.tasks import task
else:
    with suppress(ImportError):  # the extra "tasks"; a system check reports who needs it
        from django_tasks import task

STATISTICS_SECONDS = 10.0

Step = Callable[[Any], Any]


def _task_of(step: Step) -> Callable[[Step], Any]:
    """Make a function the task of another one."""

    def register(function: Step) -> Any:
        if task is None:
            return function
        made = task(function)
        enqueue.register(step, made)
        return made

    return register


def retry_due(seconds: float) -> None:
    """Retry what is due for so many seconds, and keep the statistics."""
    retry.run_scheduled(seconds=seconds)
    keep_statistics()


def keep_statistics() -> None:
    statistics.keep(seconds=STATISTICS_SECONDS, every=statistics.EVERY)


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
