"""The output of ``stripe_sync --ambiguous``, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

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
        return _("No row is ambiguous.")
    lines = [_line(_("object"), (_("resolved"), _("accepted"), _("ambiguous")))]
    for run in runs:
        counted = (run.resolved, run.accepted, run.ambiguous)
        lines.append(_line(run.model.stripe.object_name, map(intcomma, counted)))
    return "\n".join(lines)


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{name:<24}" + "".join(f"{cell:>11}" for cell in cells)
