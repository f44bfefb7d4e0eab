"""What is written down of a backfill while it runs, so that it can be gone on with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from stripe_django.sync.writer.report import Report

from .list_endpoints import Listing
from .partitions import Part
from .progress import Status
from .spans import Span


class Book:
    """Nothing is; a run that is stopped has to begin again."""

    def parts(
        self, listings: Sequence[Listing], parts_of: Callable[[Listing], Iterable[Part]]
    ) -> deque[Part]:
        """What there is to do."""
        return deque(part for listing in listings for part in parts_of(listing))

    def beat(self) -> None:
        """The run is alive."""

    def note(self, part: Part, as_of: datetime | None = None, report: Report | None = None) -> None:
        """How far a part has come, with what came of a page that was true at a moment; in the
        page's transaction.
        """

    def divide(self, part: Part, given: Sequence[Span]) -> None:
        """A part has given away some of itself."""

    def give_up(self, part: Part, status: Status, error: str) -> None:
        """A part will not be done, nor the others of its kind."""
