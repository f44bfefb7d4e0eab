"""What ``stripe_sync --doubtful`` tells, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_django.sync.repair.conflicts import Settling


def document(runs: Sequence[Settling]) -> dict[str, Any]:
    return {
        "objects": {
            run.model.stripe.object_name: {"settled": run.settled, "doubtful": run.doubtful}
            for run in runs
        },
        "failures": [str(failure) for run in runs for failure in run.report.failures],
    }


def table(runs: Sequence[Settling]) -> str:
    """How many rows of each kind were in doubt, and how many stay so."""
    if not runs:
        return "No row is in doubt."
    lines = [f"{'object':<24}{'settled':>11}{'doubtful':>11}"]
    for run in runs:
        lines.append(f"{run.model.stripe.object_name:<24}{run.settled:>11,}{run.doubtful:>11,}")
    return "\n".join(lines)
