"""Objects that seem to differ, and that are looked at again a little later.

An event may be under way: the row is behind Stripe for a moment, and nothing is wrong.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from stripe_django import registry
from stripe_django.api.client import Page
from stripe_django.sync.ingest import Owner

from .findings import Finding, State
from .heartbeat import Heartbeat
from .sightings import Sighting, Subject

LOOKS = 6  # at an object that changes all the time, before that is left to the next verification
LATER = 1.2  # seconds, after which a read is later than what is known to the second
LIMIT = 500  # suspects, before the first of them have to be looked at
BATCH = 50

States = dict[tuple[str, str], State]  # of the rows that differ, by object and id


@dataclass(frozen=True, slots=True)
class Suspect:
    """An object that seemed to differ.

    ``page`` is what the read has shown, ``None`` after an interruption; ``states`` are those of
    the rows that differed, ``due`` is when to look again, by this process's monotonic clock.
    """

    subject: Subject
    page: Page | None
    states: States
    due: float
    looks: int = 1

    def is_confirmed_by(self, findings: Iterable[Finding]) -> bool:
        """Whether a second look shows the same rows, which nothing has written meanwhile."""
        found = states_of(findings)
        unchanged = all(self.states.get(key) == state for key, state in found.items())
        return unchanged and not any(each.is_undecided for each in findings)


def states_of(findings: Iterable[Finding]) -> States:
    return {(each.model.stripe.object_name, each.stripe_id): each.state for each in findings}


@dataclass(slots=True)
class Suspects:
    """Those of one verification, in the order in which they are due."""

    grace: float
    heartbeat: Heartbeat
    waiting: deque[Suspect] = field(default_factory=deque)

    def add(self, sighting: Sighting, findings: list[Finding], looks: int = 1) -> None:
        undecided = any(each.is_undecided for each in findings)
        wait = max(self.grace, LATER) if undecided or looks > 1 else self.grace
        due = time.monotonic() + wait
        self.waiting.append(
            Suspect(sighting.subject, sighting.page, states_of(findings), due, looks)
        )

    @property
    def is_full(self) -> bool:
        return len(self.waiting) >= LIMIT

    def has_due(self) -> bool:
        return bool(self.waiting) and self.waiting[0].due <= time.monotonic()

    def next_batch(self) -> list[Suspect]:
        """The first ones, once the last of them is due."""
        batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
        self.heartbeat.sleep(max(each.due for each in batch) - time.monotonic())
        return batch

    @property
    def state(self) -> list[Any]:
        """As JSON; they are looked at anew after an interruption."""
        return [
            [
                each.subject.model.stripe.object_name,
                each.subject.stripe_id,
                each.subject.api_id,
                each.subject.path,
                each.subject.owner and _owner_state(each.subject.owner),
            ]
            for each in self.waiting
        ]

    def restored_subjects(self, state: list[Any]) -> list[Subject]:
        models = registry.by_object_name()
        return [
            Subject(models[name], stripe_id, api_id, path, owner and _restored_owner(owner))
            for name, stripe_id, api_id, path, owner in state
        ]


def _owner_state(owner: Owner) -> list[Any]:
    references = {model.stripe.object_name: name for model, name in owner.references.items()}
    return [owner.stripe_id, references]


def _restored_owner(state: list[Any]) -> Owner:
    stripe_id, references = state
    models = registry.by_object_name()
    return Owner(stripe_id, {models[name]: each for name, each in references.items()})
