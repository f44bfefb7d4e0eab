"""Progress of long work: a live line on a terminal, plain lines everywhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.sync.backfill.partitions import TimeRange
from stripe_django.sync.backfill.progress import ObjectRun, Observer, Status
from stripe_django.sync.events.poller import Poll

PAGES_PER_LINE = 50
SHOWN = 3  # objects on the live line
SHOWN_EMPTY = 5  # names of empty lists
EARLIEST = 10.0  # seconds before which the speed is no estimate
SHARE = 0.1  # of the objects, before which their total is unknown


class LineProgress(Observer):
    """A line for every fifty pages, and one at the end of each list.

    ``finish`` writes one line for all empty lists, and one for those of which only a part was
    listed, such as what was created lately; the command reports unavailable lists.
    """

    def __init__(self, stream: OutputWrapper) -> None:
        super().__init__()
        self.stream = stream
        self.began_at = time.monotonic()

    def of_account(self, account: str) -> Observer:
        """The observer of one of many accounts: only your own has a line for each list."""
        return AccountProgress(self, account) if account else self

    def page(self, run: ObjectRun) -> None:
        if run.pages % PAGES_PER_LINE == 0:
            self.write_line(f"{so_far(run)} ({', '.join(self.speed())})")

    def ended(self, run: ObjectRun) -> None:
        # Most accounts have access to a part of the API, and use less.
        if run.status is not Status.UNAVAILABLE and not is_empty(run):
            self.write_line(describe(run))

    def finish(self) -> None:
        """Report lists without objects; a poll is no list."""
        others = {run.model for run in self.runs if not is_empty(run)}
        listed = [run for run in self.runs if not isinstance(run, Poll)]
        whole = {run.model: is_whole(run) for run in listed if run.model not in others}
        for is_one, text in ((True, _empty), (False, _unchanged)):
            names = [model.stripe.object_name for model in whole if whole[model] is is_one]
            if names:
                shown = {"count": len(names), "names": some(names, SHOWN_EMPTY)}
                self.write_line(text(len(names)) % shown)

    @property
    def running(self) -> list[ObjectRun]:
        return [run for run in self.runs if run.status is Status.RUNNING]

    def speed(self) -> Iterator[str]:
        """Objects and requests a second, and the time left as far as it is known."""
        seconds = max(time.monotonic() - self.began_at, 0.001)
        per_second = sum(run.read for run in self.runs) / seconds
        yield _("%(per_second)s objects/s") % {"per_second": intcomma(round(per_second))}
        if self.rate:
            rate = self.rate()
            text = _("%(per_second)s requests/s")
            if rate.limit:
                text = _("%(per_second)s of %(limit)s requests/s")
            yield text % {
                "per_second": intcomma(round(rate.per_second, 1)),
                "limit": intcomma(round(rate.limit or 0)),
            }
        left = self._left()
        if left and per_second and seconds >= EARLIEST:
            yield _("about %(time)s left") % {"time": timedelta(seconds=round(left / per_second))}

    def _left(self) -> int | None:
        """An estimate of the objects left; ``None`` while there is none."""
        known = [run.remaining for run in self.running]
        left = sum(filter(None, known))
        read = sum(run.read for run in self.running)
        return None if None in known or read < SHARE * (read + left) else left

    def write_line(self, line: str) -> None:
        """Write a permanent line."""
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        """Write without Django's colour of errors and without its line end."""
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()


class AccountProgress(Observer):
    """A line for every fifty pages of a list of another account."""

    def __init__(self, lines: LineProgress, account: str) -> None:
        super().__init__()
        self._lines = lines
        self._account = account

    def page(self, run: ObjectRun) -> None:
        if run.pages % PAGES_PER_LINE == 0:
            self._lines.write_line(f"{self._account}: {so_far(run)}")


class LiveProgress(LineProgress):
    """Shows the current lists on one line, which is overwritten."""

    def page(self, run: ObjectRun) -> None:
        others = [each for each in self.running if each is not run and each.pages]
        shown = [run, *sorted(others, key=lambda each: -each.read)][:SHOWN]
        self._write(f"\r\x1b[K{' · '.join([*map(so_far, shown), *self.speed()])}")

    def write_line(self, line: str) -> None:
        super().write_line(f"\r\x1b[K{line}")


def so_far(run: ObjectRun) -> str:
    name = run.model.stripe.object_name
    if not run.remaining:
        return f"{name}: {intcomma(run.read)}"
    total = intcomma(run.read + run.remaining)
    return _("%(name)s: %(read)s of about %(total)s") % {
        "name": name,
        "read": intcomma(run.read),
        "total": total,
    }


def is_empty(run: ObjectRun) -> bool:
    return run.status is Status.DONE and not run.read and not run.is_failure


def is_whole(run: ObjectRun) -> bool:
    """Whether the whole list was requested, whenever its objects were created."""
    return not any(isinstance(each, TimeRange) and each.has_bounds for each in run.partitions)


def _empty(count: int) -> str:
    return ngettext(
        "%(count)s list is empty: %(names)s", "%(count)s lists are empty: %(names)s", count
    )


def _unchanged(count: int) -> str:
    return ngettext(
        "%(count)s list has nothing new: %(names)s",
        "%(count)s lists have nothing new: %(names)s",
        count,
    )


def some(names: Sequence[str], most: int) -> str:
    """The first of many names, and how many more there are."""
    shown = ", ".join(names[:most])
    if len(names) <= most:
        return shown
    return _("%(names)s and %(count)s more") % {
        "names": shown,
        "count": intcomma(len(names) - most),
    }


def describe(run: ObjectRun) -> str:
    """One list in one line."""
    name = run.model.stripe.object_name
    if run.status is Status.DONE:
        return f"{name}: {intcomma(run.read)}"
    return f"{name}: {run.status}" + (f" ({run.error})" if run.error else "")


def progress(stream: OutputWrapper) -> LineProgress:
    return LiveProgress(stream) if stream.isatty() else LineProgress(stream)
