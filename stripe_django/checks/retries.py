"""A check that something retries what failed, and reads again what is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError, connections, router
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django.models import InboxEvent, RetrySchedule

RECENTLY = timedelta(days=1)


def check_retries(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """Commands and tasks that retry store when they ran, so that a project without any shows."""
    using = router.db_for_write(InboxEvent)
    if using not in (databases or ()):
        return
    try:
        tables = connections[using].introspection.table_names()
        if RetrySchedule._meta.db_table not in tables or not _is_unattended(using):
            return
    except DatabaseError:  # of a database that cannot be read, others report
        return
    yield Warning(
        _("Events come in, and no command and no task has retried what is due for a day."),
        hint=_(
            'Run "manage.py stripe_events retry" every few minutes, or keep "stripe_events'
            ' apply --follow" or "poll --follow" running, or name a backend in'
            " STRIPE_DJANGO['TASKS']. Until then, requests with events do that work, for a"
            " second at a time."
        ),
        id="stripe_django.W021",
    )


def _is_unattended(using: str) -> bool:
    since = timezone.now() - RECENTLY
    if RetrySchedule.objects.using(using).filter(ran_at__gte=since).exists():
        return False
    return InboxEvent.objects.using(using).exists()
