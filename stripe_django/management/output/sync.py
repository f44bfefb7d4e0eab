"""The output of ``stripe_sync`` about a run, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    lines = [_("Resumed the interrupted run.")] if done.is_resumed else []
    if not any(run.is_failure for run in done.runs):
        lines.append(_what_was_read(done))
    if done.deleted:
        lines.append(
            _("Stripe no longer has %(deleted)s of the rows: they are marked deleted.")
            % {"deleted": intcomma(done.deleted)}
        )
    return "\n".join(lines)


def _what_was_read(done: SyncSummary) -> str:
    since = f"{done.since:%Y-%m-%d %H:%M} UTC" if done.since else ""
    match done.kind:
        case SyncRun.Kind.CHANGES:
            return _(
                "Incremental: read short lists whole, of long ones what was created since"
                " %(since)s, and the events since the last run. --full lists everything again."
            ) % {"since": since}
        case SyncRun.Kind.SINCE:
            return _("Read what was created since %(since)s.") % {"since": since}
        case _:
            return _("Read all that is listed.")


def failures(runs: Sequence[ObjectRun]) -> str:
    """What failed, in one sentence for each kind of failure; empty if nothing did."""
    failed = [run for run in runs if run.status is Status.FAILED]
    refused = [run for run in runs if run.is_required and run.status is Status.UNAVAILABLE]
    objects = sum(len(run.report.failures) for run in runs)
    sentences = [
        _lists(failed, _failed(len(failed))),
        _lists(refused, _refused(len(refused))),
        objects_failed(objects) if objects else "",
    ]
    return " ".join(filter(None, sentences))


def _lists(runs: Sequence[ObjectRun], text: str) -> str:
    names = ", ".join(run.model.stripe.object_name for run in runs)
    return text % {"count": len(runs), "names": names} if runs else ""


def _failed(count: int) -> str:
    return ngettext(
        "%(count)s list failed: %(names)s.", "%(count)s lists failed: %(names)s.", count
    )


def _refused(count: int) -> str:
    return ngettext(
        "%(count)s list could not be read: %(names)s.",
        "%(count)s lists could not be read: %(names)s.",
        count,
    )


def objects_failed(count: int) -> str:
    text = ngettext("%(count)s object failed.", "%(count)s objects failed.", count)
    return text % {"count": intcomma(count)}
