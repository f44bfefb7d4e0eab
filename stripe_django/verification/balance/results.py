"""What to prove, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stripe_django.models import Verification
from stripe_django.verification.looks import EXAMPLES

from .payouts import PayoutCheck
from .sums import Amounts, Line


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What to prove: the balance now, and the sums and payouts of a period.

    ``listed`` compares the list of the period in any case, also if the sums agree.
    """

    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    listed: bool = False
    repair: bool = False
    workers: int | None = None


@dataclass(slots=True)
class Proof:
    """What was found.

    ``lines`` are the sums of the period here, ``here`` and ``at_stripe`` those of all time by
    type of balance and currency, ``unexplained`` what is left of their difference.
    """

    rows: list[Verification]
    lines: list[Line] = field(default_factory=list)
    here: dict[str, Amounts] = field(default_factory=dict)
    at_stripe: dict[str, Amounts] = field(default_factory=dict)
    unexplained: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong_payouts: list[PayoutCheck] = field(default_factory=list)
    payouts: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        """How many differences were not repaired."""
        return sum(row.remaining for row in self.rows)


def note(row: Verification, found: dict[str, Any], *, repaired: bool = False) -> None:
    """Count a difference, and store what names it."""
    name = found["difference"]
    row.differences[name] = row.differences.get(name, 0) + 1
    row.repaired += repaired
    if len(row.examples) < EXAMPLES:
        row.examples.append(found)
