"""When the content of a row of dj-stripe was true at Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stripe_django.fields import TimestampField
from stripe_django.sync.mapping.rows import COPY, UNKNOWN_TIME, Moment, Rank

from .tables import UPDATED

CREATED = TimestampField()


def moment_of(row: Mapping[str, Any], payload: Mapping[str, Any], now: datetime) -> Moment:
    """The interval in which a payload was true.

    dj-stripe stores when it last saved a row, by its own clock, and saves rows also without new
    content. So the content is not newer than that, and may be as old as the object. What is later
    here wins therefore; what lies between is ambiguous, if it differs, until it is read. A time
    in the future is a wrong clock's, and counts as ``now``. The lower bound is the beginning of the
    year: nothing came before the object, and lists of one lower bound are compared in one query.
    """
    updated = row.get(UPDATED)
    if updated is None:
        return COPY
    end = min(updated, now)
    created = CREATED.from_payload(payload.get("created")) or UNKNOWN_TIME
    year = created.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return Moment(end, Rank.READ, start=min(year, end))
