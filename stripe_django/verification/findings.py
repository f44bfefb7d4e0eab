"""What is compared, and what was found to differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from stripe_django.models import Verification
from stripe_django.models.base import StripeModel

Difference = Verification.Difference


class State(NamedTuple):
    """What changes with each write of a row; ``None`` for a row that is not there."""

    digest: str | None
    account: str | None
    as_of: datetime | None
    deleted_at: datetime | None
    ambiguous: bool


ABSENT = State(None, None, None, None, False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that differs from Stripe.

    ``columns`` are those whose values differ, ``state`` is the row's. ``is_undecided`` is true if
    the row may be newer than the read, so that the read proves nothing.
    """

    model: type[StripeModel]
    stripe_id: str
    difference: Difference
    columns: tuple[str, ...] = ()
    state: State = ABSENT
    is_undecided: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored and printed: without any value of the object."""
        return {
            "object": self.model.stripe.object_name,
            "id": self.stripe_id,
            "difference": self.difference.value,
            "columns": [*self.columns],
        }
