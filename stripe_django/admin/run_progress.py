"""The progress of sync runs, from the status of their parts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext_noop

from stripe_django.models import SyncRange

SUMS = (
    gettext_noop("read"),
    gettext_noop("created"),
    gettext_noop("updated"),
    gettext_noop("failed"),
)
Status = SyncRange.Status


def progress() -> dict[str, Any]:
    """Aggregates over the parts of a run.

    ``parts`` excludes unavailable ones, ``part_error`` is the error of a failed one.
    """
    return {
        "parts": Count("pk", filter=~Q(status=Status.UNAVAILABLE)),
        "parts_done": Count("pk", filter=Q(status=Status.DONE)),
        "part_error": Max("error", filter=Q(status=Status.FAILED)),
        **{f"sum_{name}": Sum(name) for name in SUMS},
    }
