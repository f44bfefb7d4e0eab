"""The tasks of Django's Tasks framework, or of its backport ``django-tasks`` for Django 5.2.

Each is named for the function that it calls.
"""

from __future__ import annotations

import django

if django.VERSION >= (6, 0):
    from django.tasks import task
else:
    from django_tasks import task  # type: ignore[no-redef]

from .sync.events import handlers, processor
from .sync.repair import pending_reads


@task
def process(event_id: str) -> None:
    """Apply one stored event."""
    processor.process(event_id)


@task
def handle(run_id: int) -> None:
    """Run one handler for one event."""
    handlers.handle(run_id)


@task
def settle(read_id: int) -> None:
    """Read one object whose row is ambiguous."""
    pending_reads.settle(read_id)
