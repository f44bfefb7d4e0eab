"""How the results of ``stripe_verify`` are printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.api.rate_limiter import Rate
from stripe_django.logs import printable
from stripe_django.models import Verification
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
        if rate is None:
            return ""
        speed = _("%(per_second)s requests/s") % {"per_second": intcomma(round(rate.per_second, 1))}
        return f" ({speed})"

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()


def line(row: Verification) -> str:
    """One object in one line."""
    name = row.object_name
    if row.status in (Status.FAILED, Status.UNAVAILABLE):
        return f"{name}: {row.status} ({row.error})"
    return _("%(name)s: verified %(verified)s of %(max)s, %(found)s") % {
        "name": name,
        "verified": intcomma(row.verified),
        "max": intcomma(max(row.rows, row.verified)),
        "found": found(row),
    }


def found(row: Verification) -> str:
    """The differences by class."""
    if not row.differences:
        return _("0 differences")
    counts = ", ".join(
        f"{intcomma(count)} {name}" for name, count in sorted(row.differences.items())
    )
    if row.repairs:
        counts = _("%(counts)s; %(repaired)s repaired") % {
            "counts": counts,
            "repaired": intcomma(row.repaired),
        }
    text = ngettext(
        "%(count)s difference (%(counts)s)", "%(count)s differences (%(counts)s)", row.count
    )
    return text % {"count": intcomma(row.count), "counts": counts}


def text(summary: Summary) -> str:
    return "\n".join(_lines(summary))


def _lines(summary: Summary) -> Iterator[str]:
    shown = [row for row in summary.rows if row.verified or row.rows or row.count]
    width = max(map(len, (_("object"), *(row.object_name for row in shown)))) + 1
    yield _cells(_("object"), width, (_("verified"), _("rows"), _("differences"), _("repaired")))
    for row in shown:
        cells = (row.verified, row.rows, row.count, row.repaired)
        yield _cells(row.object_name, width, map(intcomma, cells))
    for row in summary.rows:
        if row.status == Status.FAILED:
            yield line(row)
        yield from _examples(row)
    unavailable = [row.object_name for row in summary.rows if row.status == Status.UNAVAILABLE]
    if unavailable:
        yield _("unavailable (%(count)s; --json says why): %(names)s") % {
            "count": len(unavailable),
            "names": ", ".join(unavailable),
        }
    yield from said(summary.rows)


def _cells(name: str, width: int, cells: Iterable[str]) -> str:
    return f"{name:<{width}}" + "".join(f"{cell:>13}" for cell in cells)


def _examples(row: Verification) -> Iterator[str]:
    for each in row.examples[:SHOWN]:
        yield difference(each)
    if row.count > SHOWN:
        yield _("and %(count)s more differences of %(object_name)s") % {
            "count": intcomma(row.count - SHOWN),
            "object_name": row.object_name,
        }


def said(rows: Iterable[Verification]) -> Iterator[str]:
    """What samples without differences say."""
    samples = [
        row for row in rows if row.one_in and row.status == Status.DONE and not row.differences
    ]
    for row in samples:
        yield (
            _(
                "%(object_name)s: with %(confidence).0f %% confidence, fewer than one in"
                " %(one_in)s rows differs."
            )
            % {
                "object_name": row.object_name,
                "confidence": row.confidence,
                "one_in": intcomma(row.one_in),
            }
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


def remaining(count: int) -> str:
    text = ngettext(
        "%(count)s difference from Stripe.", "%(count)s differences from Stripe.", count
    )
    return text % {"count": intcomma(count)}


def not_compared(count: int) -> str:
    text = ngettext(
        "%(count)s object could not be compared.",
        "%(count)s objects could not be compared.",
        count,
    )
    return text % {"count": intcomma(count)}


def failure(summary: Summary, *, named: bool) -> str:
    """Why the command fails; empty if it does not."""
    failed = [row.object_name for row in summary.rows if row.status == Status.FAILED]
    if named:
        failed += [row.object_name for row in summary.rows if row.status == Status.UNAVAILABLE]
    reasons = []
    if summary.remaining:
        reasons.append(remaining(summary.remaining))
    if failed:
        reasons.append(_("Not compared: %(failed)s.") % {"failed": ", ".join(failed)})
    if summary.failures:
        reasons.append(not_compared(len(summary.failures)))
    if summary.rows and all(row.status == Status.UNAVAILABLE for row in summary.rows):
        reasons.append(_("Stripe refused every list: %(error)s") % {"error": summary.rows[0].error})
    return " ".join(reasons)
