from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.utils import timezone

from stripe_django.models import Verification

EVERY = 10.0  # seconds; a minute without one means that the process has ended


def _next() -> float:
    return time.monotonic() + EVERY


@dataclass(slots=True)
class Heartbeat:
    """Says in the row of a verification that its process lives, however long it waits.

    It may be called as often as there is an opportunity: it writes every ``EVERY`` seconds.
    """

    row: Verification
    using: str
    due: float = field(default_factory=_next)

    def __call__(self) -> None:
        if time.monotonic() >= self.due:
            self.row.seen_at = timezone.now()
            rows = Verification.objects.using(self.using).filter(pk=self.row.pk)
            rows.update(seen_at=self.row.seen_at)
            self.due = _next()

    def sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, EVERY))
            self()
