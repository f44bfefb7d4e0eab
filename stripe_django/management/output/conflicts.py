"""The output of ``stripe_sync --ambiguous``, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_django.sync.repair.conflicts import Settling


def document(runs: Sequence[Settling]) -> dict[str, Any]:
    return {
        "objects": {
            run.model.stripe.object_name: {"settled": run.settled, "ambiguous": run.ambiguous}
            for run in runs
        },
        "failures": [str(failure) for run in runs for failure in run.report.failures],
    }


def table(runs: Sequence[Settling]) -> str:
    """The numbers of resolved and of still ambiguous rows of each object."""
    if not runs:
        return "No row is ambiguous."
    lines = [f"{'object':<24}{'settled':>11}{'ambiguous':>11}"]
    for run in runs:
        lines.append(f"{run.model.stripe.object_name:<24}{run.settled:>11,}{run.ambiguous:>11,}")
    return "\n".join(lines)
