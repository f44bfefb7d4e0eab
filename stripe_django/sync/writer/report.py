"""The report of a write."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from stripe_django.exceptions import PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.logs import printable
from stripe_django.models.base import StripeModel

from .precedence import Outcome, State

Key = tuple[type[StripeModel], str]  # the model and stripe_id of a row


@dataclass(frozen=True, slots=True)
class Failure:
    """A payload that did not become a row: its ``object`` and id as far as known, and why."""

    object_name: str
    stripe_id: str
    error: str

    def __str__(self) -> str:
        return printable(f"{self.object_name} {self.stripe_id}: {self.error}")


class Conflict(NamedTuple):
    """A row that has to be read from Stripe.

    Conflicting snapshots left it ambiguous; ``moment`` is the time of the newest of them (UTC). Or
    a timeless one differs from it; then there is no ``moment``. ``digests`` are those of the
    snapshots to compare with the read.
    """

    model: type[StripeModel]
    stripe_id: str
    moment: datetime | None
    digests: frozenset[str] = frozenset()


@dataclass(slots=True)
class Report:
    """How many snapshots of each object had which outcome, what failed, and what to read again.

    ``conflicts`` are ambiguous rows, ``differences`` those that differ from a timeless snapshot.
    ``before`` has the states that the rows of a page had until it was written; sums leave them out.
    """

    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    differences: list[Conflict] = field(default_factory=list)
    before: dict[Key, State] = field(default_factory=dict)

    def fail(self, failure: Failure) -> None:
        self.failures.append(failure)
        self.counts[failure.object_name, Outcome.FAILED] += 1

    def add(self, other: Report) -> None:
        self.counts.update(other.counts)
        self.failures += other.failures
        self.conflicts += other.conflicts
        self.differences += other.differences

    def by_object(self) -> dict[str, Counter[Outcome]]:
        """The counts of each kind of object."""
        found: dict[str, Counter[Outcome]] = defaultdict(Counter)
        for (name, outcome), count in self.counts.items():
            found[name][outcome] += count
        return dict(found)

    def changed(self) -> set[str]:
        """The objects of which rows were created or updated."""
        changes = (Outcome.CREATED, Outcome.UPDATED)
        return {name for name, outcome in +self.counts if outcome in changes}


def failure_of(payload: Any, error: PayloadError) -> Failure:
    """A failure that names the payload as far as it can be named."""
    known = payload if isinstance(payload, dict) else {}
    return Failure(shown(known.get("object")), shown(known.get("id")), str(error))


def shown(name: Any) -> str:
    """A name from a payload, as any terminal and log can take it."""
    if not isinstance(name, str):
        return "None" if name is None else type(name).__name__
    return name[:ID_LENGTH].encode(errors="backslashreplace").decode()
