"""How a sync comes along: told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from stripe_django.api.rate_limiter import Rate
from stripe_django.models.base import StripeModel
from stripe_django.sync.writer.report import Report

from .partitions import Part


class Status(StrEnum):
    """How the sync of one kind of object ended."""

    RUNNING = "running"
    DONE = "done"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(slots=True, eq=False)
class ObjectRun:
    """The sync of one kind of object: how far it came, and what became of what it read.

    ``read`` counts the objects of the list itself, ``report`` the nested ones too.
    """

    model: type[StripeModel]
    status: Status = Status.RUNNING
    pages: int = 0
    read: int = 0
    error: str = ""
    report: Report = field(default_factory=Report)
    parts: list[Part] = field(default_factory=list)

    @property
    def left(self) -> int | None:
        """About how many objects are left to be read; ``None`` if nobody knows."""
        known = [part.left for part in self.parts]
        return None if None in known else sum(filter(None, known))

    @property
    def is_failure(self) -> bool:
        return self.status is Status.FAILED or bool(self.report.failures)


class Observer:
    """Told how a run comes along; ``runs`` are the kinds of objects that have begun.

    ``rate`` tells how fast Stripe is asked, once somebody asks.
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
