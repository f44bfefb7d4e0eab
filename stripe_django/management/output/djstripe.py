"""The output of ``stripe_import_djstripe``, as text and as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.importers.djstripe.objects import Outcome
from stripe_django.importers.djstripe.run import Import, TableRun
from stripe_django.sync.writer.precedence import Outcome as Written
from stripe_django.sync.writer.report import Report

EVERY = 10.0  # seconds between two lines about the progress, on a terminal a tenth
SHOWN = 20  # failures
MEANING = {
    Outcome.INCOMPLETE: gettext_noop(
        "%(count)s rows have no whole payload: they fill in what is missing here. stripe_sync"
        " completes them."
    ),
    Outcome.EMPTY: gettext_noop(
        "%(count)s rows have no content: they were not read again since an upgrade to dj-stripe"
        " 2.10. stripe_sync reads them."
    ),
    Outcome.OTHER_MODE: gettext_noop(
        "%(count)s rows are of the mode that this database does not mirror."
    ),
    Outcome.OUT_OF_SCOPE: gettext_noop(
        "%(count)s rows are of objects that the setting OBJECTS leaves out."
    ),
}


class ImportProgress:
    """Which table is read, and how many of its rows were."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._began_at = self._shown_at = time.monotonic()
        self._read = 0

    def add(self, done: Import) -> None:
        interval = EVERY / 10 if self._is_live else EVERY
        now = time.monotonic()
        if now - self._shown_at >= interval:
            self._shown_at = now
            read = sum(run.read for run in done.runs)
            speed = read / (now - self._began_at)
            run = done.runs[-1]
            text = _("%(name)s: %(read)s (%(total)s in all, %(speed)s rows/s)") % {
                "name": run.table.name,
                "read": intcomma(run.read),
                "total": intcomma(read),
                "speed": intcomma(round(speed)),
            }
            self._write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")

    def finish(self) -> None:
        if self._is_live:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        """Write without Django's colour of errors and without its line end."""
        self._stream.write(text, style_func=str, ending="")
        self._stream.flush()


def document(done: Import) -> dict[str, Any]:
    return {
        "dry_run": done.options.dry_run,
        "tables": {
            run.table.name: {
                "object": run.table.facts.object_name,
                "read": run.read,
                **{each.value: run.outcomes[each] for each in Outcome},
            }
            for run in done.runs
        },
        "objects": {name: dict(counts) for name, counts in done.report.by_object().items()},
        "ambiguous": done.ambiguous,
        "failed": done.failed,
        "left_out": done.found.left_out,
        "failures": [str(failure) for failure in done.report.failures],
        "cursor": done.cursor or None,
    }


def text(done: Import) -> str:
    return "\n".join([*_tables(done.runs), "", *_objects(done.report), "", *_remarks(done)])


def failures(done: Import) -> Iterator[str]:
    """A line for each of the first failures."""
    for failure in done.report.failures[:SHOWN]:
        yield _("failed: %(failure)s") % {"failure": failure}
    if done.failed > SHOWN:
        yield _("and %(count)s more failures") % {"count": intcomma(done.failed - SHOWN)}


def _tables(runs: Sequence[TableRun]) -> Iterator[str]:
    width = max(map(len, (_("table"), *(run.table.name for run in runs)))) + 1
    yield f"{_('table'):<{width}}{_('rows'):>12}"
    for run in runs:
        if run.read:
            yield f"{run.table.name:<{width}}{intcomma(run.read):>12}"


def _objects(report: Report) -> Iterator[str]:
    by_object = report.by_object()
    width = max(map(len, (_("object"), *by_object))) + 1
    yield f"{_('object'):<{width}}" + "".join(f"{_(each):>13}" for each in Written)
    for name in sorted(by_object):
        counts = (intcomma(by_object[name][each]) for each in Written)
        yield f"{name:<{width}}" + "".join(f"{count:>13}" for count in counts)


def _remarks(done: Import) -> Iterator[str]:
    if done.options.dry_run:
        yield _("Nothing was written: this was a dry run.")
    for outcome, meaning in MEANING.items():
        if count := sum(run.outcomes[outcome] for run in done.runs):
            yield _(meaning) % {"count": intcomma(count)}
    if done.ambiguous:
        yield _("%(ambiguous)s rows are ambiguous: stripe_sync resolves them.") % {
            "ambiguous": intcomma(done.ambiguous)
        }
    if done.found.left_out:
        yield _("Without a counterpart:")
        yield from (f"  {name}: {reason}" for name, reason in done.found.left_out.items())
