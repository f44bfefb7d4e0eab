"""How the results of ``stripe_verify`` are printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import OutputWrapper

from stripe_django.api.rate_limiter import Rate
from stripe_django.models import Verification
from stripe_django.sync.writer.report import printable
from stripe_django.verification.run import Observer, Summary

SHOWN = 20  # differences
LINES_EVERY = 10.0  # seconds, without a terminal
Status = Verification.Status


class LineObserver(Observer):
    """A line for each object; on a terminal, a live one while it is compared."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.is_live = stream.isatty()
        self.rate: Callable[[], Rate] | None = None
        self.next_line = time.monotonic() + LINES_EVERY

    def began(self, rate: Callable[[], Rate]) -> None:
        self.rate = rate

    def progressed(self, row: Verification) -> None:
        if self.is_live:
            self._write(f"\r\x1b[K{line(row)}{self._speed()}")
        elif time.monotonic() >= self.next_line:
            self.next_line = time.monotonic() + LINES_EVERY
            self._write(f"{line(row)}{self._speed()}\n")

    def ended(self, row: Verification, failures: list[str]) -> None:
        start = "\r\x1b[K" if self.is_live else ""
        is_shown = row.verified or row.rows or failures or row.status == Status.FAILED
        self._write(start + (f"{line(row)}\n" if is_shown else ""))

    def _speed(self) -> str:
        rate = self.rate() if self.rate else None
        return f" ({rate.per_second:,.1f} requests/s)" if rate else ""

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()


def line(row: Verification) -> str:
    """One object in one line."""
    name = row.object_name
    if row.status in (Status.FAILED, Status.UNAVAILABLE):
        return f"{name}: {row.status} ({row.error})"
    return f"{name}: verified {row.verified:,} of {max(row.rows, row.verified):,}, {found(row)}"


def found(row: Verification) -> str:
    """The differences by class."""
    if not row.differences:
        return "0 differences"
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(row.differences.items()))
    noun = "difference" if row.count == 1 else "differences"
    repaired = f"; {row.repaired:,} repaired" if row.repairs else ""
    return f"{row.count:,} {noun} ({counts}{repaired})"


def text(summary: Summary) -> str:
    return "\n".join(_lines(summary))


def _lines(summary: Summary) -> Iterator[str]:
    shown = [row for row in summary.rows if row.verified or row.rows or row.count]
    width = max(map(len, ("object", *(row.object_name for row in shown)))) + 1
    yield _cells("object", width, ("verified", "rows", "differences", "repaired"))
    for row in shown:
        cells = (row.verified, row.rows, row.count, row.repaired)
        yield _cells(row.object_name, width, [f"{each:,}" for each in cells])
    for row in summary.rows:
        if row.status == Status.FAILED:
            yield line(row)
        yield from _examples(row)
    unavailable = [row.object_name for row in summary.rows if row.status == Status.UNAVAILABLE]
    if unavailable:
        yield f"unavailable ({len(unavailable)}; --json says why): {', '.join(unavailable)}"
    yield from said(summary.rows)


def _cells(name: str, width: int, cells: Iterable[str]) -> str:
    return f"{name:<{width}}" + "".join(f"{cell:>13}" for cell in cells)


def _examples(row: Verification) -> Iterator[str]:
    for each in row.examples[:SHOWN]:
        yield difference(each)
    if row.count > SHOWN:
        yield f"and {row.count - SHOWN:,} more differences of {row.object_name}"


def said(rows: Iterable[Verification]) -> Iterator[str]:
    """What samples without differences say."""
    samples = [
        row for row in rows if row.one_in and row.status == Status.DONE and not row.differences
    ]
    for row in samples:
        yield (
            f"{row.object_name}: with {row.confidence:.0f} % confidence, fewer than one in"
            f" {row.one_in:,} rows differs."
        )


def difference(found: dict[str, Any]) -> str:
    columns = f": {', '.join(found['columns'])}" if found["columns"] else ""
    return printable(f"{found['object']} {found['id']}: {found['difference']}{columns}")


def document(summary: Summary) -> dict[str, Any]:
    return {
        "resumed": summary.is_resumed,
        "objects": {row.object_name: _document(row) for row in summary.rows},
        "differences": sum(row.count for row in summary.rows),
        "repaired": sum(row.repaired for row in summary.rows),
        "failures": summary.failures,
    }


def _document(row: Verification) -> dict[str, Any]:
    return {
        "status": row.status,
        "method": row.method,
        "rows": row.rows,
        "verified": row.verified,
        "confidence": None if row.confidence is None else int(row.confidence),
        "one_in": row.one_in,
        "differences": row.differences,
        "examples": row.examples,
        "repaired": row.repaired,
        "error": row.error,
    }


def failure(summary: Summary, *, named: bool) -> str:
    """Why the command fails; empty if it does not."""
    failed = [row.object_name for row in summary.rows if row.status == Status.FAILED]
    if named:
        failed += [row.object_name for row in summary.rows if row.status == Status.UNAVAILABLE]
    reasons = []
    if summary.remaining:
        noun = "difference" if summary.remaining == 1 else "differences"
        reasons.append(f"{summary.remaining:,} {noun} from Stripe.")
    if failed:
        reasons.append(f"Not compared: {', '.join(failed)}.")
    if summary.failures:
        reasons.append(f"{len(summary.failures):,} objects could not be compared.")
    if summary.rows and all(row.status == Status.UNAVAILABLE for row in summary.rows):
        reasons.append(f"Stripe refused every list: {summary.rows[0].error}")
    return " ".join(reasons)
