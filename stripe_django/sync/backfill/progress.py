"""The progress of a sync, reported to an observer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from stripe_django.api.rate_limiter import Rate
from stripe_django.models.base import StripeModel
from stripe_django.sync.writer.report import Report

from .partitions import Partition


class Status(StrEnum):
    """How the sync of one type of object ended."""

    RUNNING = "running"
    DONE = "done"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(slots=True, eq=False)
class ObjectRun:
    """The sync of one type of object: how far it was read, and the outcome.

    ``read`` counts the objects of the list itself, ``report`` the nested ones too. ``is_required``
    says that it was named, so that a refusal is a failure.
    """

    model: type[StripeModel]
    status: Status = Status.RUNNING
    pages: int = 0
    read: int = 0
    error: str = ""
    report: Report = field(default_factory=Report)
    partitions: list[Partition] = field(default_factory=list)
    is_required: bool = False

    @property
    def remaining(self) -> int | None:
        """About how many objects are left to be read; ``None`` if that is unknown."""
        known = [each.remaining for each in self.partitions]
        return None if None in known else sum(filter(None, known))

    @property
    def is_failure(self) -> bool:
        is_lacking = self.is_required and self.status is Status.UNAVAILABLE
        return self.status is Status.FAILED or is_lacking or bool(self.report.failures)


class Observer:
    """Receives the progress of a run; ``runs`` are the types of objects that have begun.

    ``rate`` returns how fast requests are sent, once there are any.
    """

    def __init__(self) -> None:
        self.runs: list[ObjectRun] = []
        self.rate: Callable[[], Rate] | None = None

    def began(self, run: ObjectRun) -> None:
        self.runs.append(run)

    def page(self, run: ObjectRun) -> None:
        """A page was written."""

    def ended(self, run: ObjectRun) -> None:
        """The last page was written, or there is an error."""
