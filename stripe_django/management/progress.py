"""Progress of long work: a live line on a terminal, plain lines everywhere else."""

from __future__ import annotations

from django.core.management.base import OutputWrapper

from stripe_django.sync.backfill import ObjectRun, Observer, Status

PAGES_PER_LINE = 50


class LineProgress(Observer):
    """A line for every fifty pages, and one for each kind of object when it has ended.

    What the account has no access to is for the end.
    """

    def __init__(self, stream: OutputWrapper) -> None:
        super().__init__()
        self.stream = stream

    def page(self, run: ObjectRun) -> None:
        if run.pages % PAGES_PER_LINE == 0:
            self._print(f"{run.model.OBJECT_NAME}: {run.read:,} so far")

    def ended(self, run: ObjectRun) -> None:
        if run.status is not Status.UNAVAILABLE:  # most accounts have but a part of the API
            self._print(describe(run))

    def _print(self, line: str) -> None:
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        """Neither in the colour of errors nor with a line end of its own, which Django adds."""
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()


class LiveProgress(LineProgress):
    """The current kind of object on a line that is written over and over."""

    def page(self, run: ObjectRun) -> None:
        self._write(f"\r\x1b[K{run.model.OBJECT_NAME}: {run.read:,}")

    def _print(self, line: str) -> None:
        super()._print(f"\r\x1b[K{line}")


def describe(run: ObjectRun) -> str:
    """One kind of object in one line."""
    name = run.model.OBJECT_NAME
    if run.status is Status.DONE:
        return f"{name}: {run.read:,}"
    return f"{name}: {run.status}" + (f" ({run.error})" if run.error else "")


def progress(stream: OutputWrapper) -> LineProgress:
    return LiveProgress(stream) if stream.isatty() else LineProgress(stream)
