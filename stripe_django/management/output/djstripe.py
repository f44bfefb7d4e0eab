"""The output of ``stripe_import_djstripe``, as text and as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import OutputWrapper

from stripe_django.importers.djstripe.objects import Outcome
from stripe_django.importers.djstripe.run import Import, TableRun
from stripe_django.sync.writer.precedence import Outcome as Written
from stripe_django.sync.writer.report import Report

EVERY = 10.0  # seconds between two lines about the progress, on a terminal a tenth
SHOWN = 20  # failures
MEANING = {
    Outcome.INCOMPLETE: "rows have no whole payload: they fill in what is missing here. stripe_sync"
    " completes them.",
    Outcome.EMPTY: "rows have no content: they were not read again since an upgrade to dj-stripe"
    " 2.10. stripe_sync reads them.",
    Outcome.OTHER_MODE: "rows are of the mode that this database does not mirror.",
    Outcome.OUT_OF_SCOPE: "rows are of objects that the setting OBJECTS leaves out.",
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
            text = f"{run.table.name}: {run.read:,} ({read:,} in all, {speed:,.0f} rows/s)"
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
        yield f"failed: {failure}"
    if done.failed > SHOWN:
        yield f"and {done.failed - SHOWN:,} more failures"


def _tables(runs: Sequence[TableRun]) -> Iterator[str]:
    width = max(map(len, ("table", *(run.table.name for run in runs)))) + 1
    yield f"{'table':<{width}}{'rows':>12}"
    for run in runs:
        if run.read:
            yield f"{run.table.name:<{width}}{run.read:>12,}"


def _objects(report: Report) -> Iterator[str]:
    by_object = report.by_object()
    width = max(map(len, ("object", *by_object))) + 1
    yield f"{'object':<{width}}" + "".join(f"{each.value:>13}" for each in Written)
    for name in sorted(by_object):
        counts = (f"{by_object[name][each]:,}" for each in Written)
        yield f"{name:<{width}}" + "".join(f"{count:>13}" for count in counts)


def _remarks(done: Import) -> Iterator[str]:
    if done.options.dry_run:
        yield "Nothing was written: this was a dry run."
    for outcome, meaning in MEANING.items():
        if count := sum(run.outcomes[outcome] for run in done.runs):
            yield f"{count:,} {meaning}"
    if done.ambiguous:
        yield f"{done.ambiguous:,} rows are ambiguous: stripe_sync resolves them."
    if done.found.left_out:
        yield "Without a counterpart:"
        yield from (f"  {name}: {reason}" for name, reason in done.found.left_out.items())
