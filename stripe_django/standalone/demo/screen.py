"""What the demo prints: live on a terminal, in plain lines everywhere else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)

SECONDS_PER_UPDATE = 0.2
SECONDS_PER_LINE = 3.0


def heading(text: str) -> None:
    console.print()
    console.rule(text, align="left", style="dim")


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(*columns: str, title: str | None = None, texts: int = 1) -> Table:
    """A table whose first ``texts`` columns are text, and the others are numbers."""
    made = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        made.add_column(column, justify="left" if number < texts else "right")
    return made


@contextmanager
def progress(describe: Callable[[], str]) -> Iterator[None]:
    """Show what ``describe`` returns until the block ends.

    It is called in another thread.
    """
    with _live(describe) if console.is_terminal else _lines(describe):
        yield


@contextmanager
def _live(describe: Callable[[], str]) -> Iterator[None]:
    with (
        console.status(describe()) as status,
        _repeating(lambda: status.update(describe()), SECONDS_PER_UPDATE),
    ):
        yield


@contextmanager
def _lines(describe: Callable[[], str]) -> Iterator[None]:
    with _repeating(lambda: console.print(f"  {describe()} …"), SECONDS_PER_LINE):
        yield


@contextmanager
def _repeating(do: Callable[[], object], interval: float) -> Iterator[None]:
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(interval):
            do()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
