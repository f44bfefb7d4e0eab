"""How far runs of the sync have come, from what is recorded of their parts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, Sum

from stripe_django.models import SyncRange

SUMS = ("read", "created", "updated", "failed")
Status = SyncRange.Status


def progress() -> dict[str, Any]:
    """The columns by which parts tell it together.

    ``parts`` are those that Stripe lets be read, ``part_error`` is that of one which failed.
    """
    return {
        "parts": Count("pk", filter=~Q(status=Status.UNAVAILABLE)),
        "parts_done": Count("pk", filter=Q(status=Status.DONE)),
        "part_error": Max("error", filter=Q(status=Status.FAILED)),
        **{f"sum_{name}": Sum(name) for name in SUMS},
    }
