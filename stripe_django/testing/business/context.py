"""What all parts of a business share: the fake, its clock, chance, and what is due later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any

from stripe_django.testing.deterministic import Draw

from ..fake import Account
from ..ids import new_id

Payload = dict[str, Any]
Reference = Mapping[str, Any] | str

DAY = 24 * 60 * 60
HOUR = 60 * 60


def id_of(reference: Reference) -> str:
    """The id of an object that is given whole or by its id."""
    return reference if isinstance(reference, str) else str(reference["id"])


@dataclass(frozen=True, order=True, slots=True)
class Due:
    """Something to do at a moment; ``number`` is the order among those of the same moment."""

    moment: int
    number: int
    do: Callable[[], object] = field(compare=False)


class Context:
    """One business at one fake. Ids and chance come from the ``seed`` alone."""

    def __init__(self, stripe: Account, seed: int) -> None:
        self.stripe = stripe
        self.seed = seed
        self.random = Random(seed)
        self._counts: Counter[str] = Counter()
        self._agenda: list[Due] = []

    # Objects

    def new_id(self, name: str) -> str:
        """The next id of an object called ``name``."""
        self._counts[name] += 1
        return new_id(name, Draw(self.seed, f"business/{name}/{self._counts[name]}"))

    def create(self, name: str, /, **values: Any) -> Payload:
        """Create an object with the usual event, if Stripe has one, or with the ``event``."""
        return self.stripe.create(name, **{"id": self.new_id(name), **values})

    def get(self, name: str, reference: Reference) -> Payload:
        """The object as it is now. Raises ``LookupError``."""
        return self.stripe.get(id_of(reference), object=name)

    def update(self, payload: Mapping[str, Any], event: str = "", **changes: Any) -> Payload:
        """Change an object with the usual event, if Stripe has one, or with the ``event``."""
        return self.stripe.update(payload["id"], object=payload["object"], event=event, **changes)

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send an event about an object as it is."""
        self.stripe.emit(event, payload["id"], object=payload["object"])

    # Time

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self.stripe.now.timestamp())

    def step(self, seconds: int = 1) -> None:
        """Let a little time pass between two things that happen one after the other.

        Time that does not stand still passes without this.
        """
        if self.stripe.stands_still:
            self.stripe.now = self.now + seconds

    def at(self, moment: int, do: Callable[..., object], *arguments: object) -> None:
        """Call a function at a moment; of several at the same one, in the order of these calls."""
        self._counts["due"] += 1
        heappush(self._agenda, Due(moment, self._counts["due"], partial(do, *arguments)))

    def until(self, moment: datetime | int) -> None:
        """Move the clock on, and do what falls due on the way."""
        end = int(moment.timestamp()) if isinstance(moment, datetime) else moment
        while self._agenda and self._agenda[0].moment <= end:
            due = heappop(self._agenda)
            self._move(due.moment)
            due.do()
        self._move(end)

    def _move(self, moment: int) -> None:
        """Move the clock forward; one that runs continues to."""
        ahead = moment - self.now
        if self.stripe.stands_still:
            self.stripe.now = max(moment, self.now)
        elif ahead > 0:
            self.stripe.advance(seconds=ahead)

    # Chance

    def chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent
