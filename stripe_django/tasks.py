"""The tasks of Django's Tasks framework, or of its backport ``django-tasks`` for Django 5.2.

Each is named for the function that it calls.
"""

from __future__ import annotations

import django

if django.VERSION >= (6, 0):
    from django.tasks import task
else:
    from django_tasks import task  # type: ignore[no-redef]

from stripe_django.sync import handling, inbox, settling


@task
def process(event_id: str) -> None:
    """Apply one stored event."""
    inbox.process(event_id)


@task
def handle(run_id: int) -> None:
    """Run one handler for one event."""
    handling.handle(run_id)


@task
def settle(read_id: int) -> None:
    """Read one object whose row is in doubt."""
    settling.settle(read_id)
