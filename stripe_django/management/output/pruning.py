"""What ``stripe_prune`` prints."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from stripe_django.retention import STEPS, Pruned

EVERY = 5.0  # seconds between two lines of progress


class Progress:
    """A line every few seconds."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.next_at = time.monotonic() + EVERY

    def __call__(self, label: str, count: int) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + EVERY
            self.stream.write(
                _("%(label)s: %(count)s so far") % {"label": _(label), "count": intcomma(count)},
                style_func=str,
            )


def document(done: Pruned, *, is_dry_run: bool) -> dict[str, Any]:
    rows = {step.name: done.rows[step.label] for step in STEPS}
    return {"dry_run": is_dry_run, "complete": done.is_complete, "rows": rows}


def text(done: Pruned, *, is_dry_run: bool) -> str:
    text = _("Would remove %(rows)s.") if is_dry_run else _("Removed %(rows)s.")
    found = [f"{intcomma(count)} {_(label)}" for label, count in done.rows.items() if count]
    lines = [_("Nothing is old enough to be removed.")]
    if found:
        lines = [text % {"rows": ", ".join(found)}]
    if not done.is_complete:
        lines.append(_("The time was over before everything was looked at: the next run resumes."))
    return "\n".join(lines)
