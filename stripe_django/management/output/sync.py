"""How ``stripe_sync`` went about it, as text and as JSON."""

from __future__ import annotations

from typing import Any

from stripe_django.models import SyncRun
from stripe_django.sync.incremental import Synced


def document(done: Synced) -> dict[str, Any]:
    return {
        "kind": done.kind,
        "since": done.since and done.since.isoformat(),
        "resumed": done.is_resumed,
        "deleted": done.deleted,
    }


def text(done: Synced) -> str:
    lines = ["This went on with a run that was stopped."] if done.is_resumed else []
    since = f"{done.since:%Y-%m-%d %H:%M} UTC" if done.since else ""
    match done.kind:
        case SyncRun.Kind.CHANGES:
            lines.append(
                f"Read what was created since {since}, and what events tell; --full lists all."
            )
        case SyncRun.Kind.SINCE:
            lines.append(f"Read what was created since {since}.")
        case _:
            lines.append("Read all that is listed.")
    if done.deleted:
        lines.append(f"Stripe no longer has {done.deleted:,} of the rows: they are marked deleted.")
    return "\n".join(lines)
