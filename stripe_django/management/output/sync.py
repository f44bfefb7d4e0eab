"""The output of ``stripe_sync`` about a run, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_django.models import SyncRun
from stripe_django.sync.backfill.progress import ObjectRun, Status
from stripe_django.sync.incremental import SyncSummary


def document(done: SyncSummary) -> dict[str, Any]:
    return {
        "kind": done.kind,
        "since": done.since and done.since.isoformat(),
        "resumed": done.is_resumed,
        "deleted": done.deleted,
    }


def text(done: SyncSummary) -> str:
    lines = ["Resumed the interrupted run."] if done.is_resumed else []
    if not any(run.is_failure for run in done.runs):
        lines.append(_what_was_read(done))
    if done.deleted:
        lines.append(f"Stripe no longer has {done.deleted:,} of the rows: they are marked deleted.")
    return "\n".join(lines)


def _what_was_read(done: SyncSummary) -> str:
    since = f"{done.since:%Y-%m-%d %H:%M} UTC" if done.since else ""
    match done.kind:
        case SyncRun.Kind.CHANGES:
            return (
                f"Incremental: read what was created since {since}, and the events since the last"
                " run. --full lists everything again."
            )
        case SyncRun.Kind.SINCE:
            return f"Read what was created since {since}."
        case _:
            return "Read all that is listed."


def failures(runs: Sequence[ObjectRun]) -> str:
    """What failed, in one sentence for each kind of failure; empty if nothing did."""
    failed = [run for run in runs if run.status is Status.FAILED]
    refused = [run for run in runs if run.is_required and run.status is Status.UNAVAILABLE]
    objects = sum(len(run.report.failures) for run in runs)
    sentences = [
        _lists(failed, "failed"),
        _lists(refused, "could not be read"),
        f"{objects:,} {'objects' if objects > 1 else 'object'} failed." if objects else "",
    ]
    return " ".join(filter(None, sentences))


def _lists(runs: Sequence[ObjectRun], what: str) -> str:
    names = ", ".join(run.model.stripe.object_name for run in runs)
    noun = "list" if len(runs) == 1 else "lists"
    return f"{len(runs)} {noun} {what}: {names}." if runs else ""
