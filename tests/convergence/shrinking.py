"""The smallest history that still ends differently."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from .histories import Change, History, Look


def shrunk(history: History, fails: Callable[[History], bool]) -> History:
    """Leave out whatever can be left out, until nothing can."""
    for smaller in _smaller(history):
        if fails(smaller):
            return shrunk(smaller, fails)
    return history


def _smaller(history: History) -> Iterator[History]:
    entries = history.entries
    for size in (8, 4, 2, 1):
        for start in range(0, len(entries), size):
            yield replace(history, entries=entries[:start] + entries[start + size :])
    for number, entry in enumerate(entries):
        for simpler in _simpler(entry):
            new = (*entries[:number], simpler, *entries[number + 1 :])
            yield replace(history, entries=new)
    if history.skew:
        yield replace(history, skew=0)
    if history.replicas:
        yield replace(history, replicas=history.replicas[:-1])
    for number, moment in enumerate(history.replicas):
        if moment is not None:
            before, after = history.replicas[:number], history.replicas[number + 1 :]
            yield replace(history, replicas=(*before, None, *after))


def _simpler(entry) -> Iterator[Change | Look]:
    if isinstance(entry, Look) and entry.lag:
        yield replace(entry, lag=0)
    if not isinstance(entry, Change):
        return
    if len(entry.arrivals) > 1:
        for number in range(len(entry.arrivals)):
            kept = entry.arrivals[:number] + entry.arrivals[number + 1 :]
            yield replace(entry, arrivals=kept)
    if entry.killed:
        yield replace(entry, killed="")
    if entry.is_old:
        yield replace(entry, is_old=False)
    if entry.age:
        yield replace(entry, age=0)
