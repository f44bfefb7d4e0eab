"""Clean shutdown of long-running commands."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets, so that the command finishes its current work.

    A second signal has its default effect.
    """
    asked = Event()
    before = {each: signal.getsignal(each) or signal.SIG_DFL for each in SIGNALS}

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(number, before[signal.Signals(number)])

    for each in SIGNALS:
        signal.signal(each, ask)
    try:
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
