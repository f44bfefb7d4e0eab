"""The output of ``stripe_sync --ambiguous``, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_django.sync.repair.conflicts import ConflictRun


def document(runs: Sequence[ConflictRun]) -> dict[str, Any]:
    return {
        "objects": {
            run.model.stripe.object_name: {
                "resolved": run.resolved,
                "accepted": run.accepted,
                "ambiguous": run.ambiguous,
            }
            for run in runs
        },
        "failures": [str(failure) for run in runs for failure in run.report.failures],
    }


def table(runs: Sequence[ConflictRun]) -> str:
    """The numbers of resolved, accepted and still ambiguous rows of each object."""
    if not runs:
        return "No row is ambiguous."
    lines = [f"{'object':<24}{'resolved':>11}{'accepted':>11}{'ambiguous':>11}"]
    for run in runs:
        counted = (run.resolved, run.accepted, run.ambiguous)
        lines.append(
            f"{run.model.stripe.object_name:<24}" + "".join(f"{each:>11,}" for each in counted)
        )
    return "\n".join(lines)
