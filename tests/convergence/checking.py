"""Histories, generated, played and judged."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .counting import WANTED, Shares
from .histories import History
from .judging import differences
from .playing import Play
from .shrinking import shrunk


def check(
    histories: Iterable[History], player: type[Play] = Play, wanted: Mapping[str, float] = WANTED
) -> Shares:
    """Play histories; raises ``AssertionError`` with the first one that ends differently."""
    shares = Shares(wanted)
    for history in histories:
        play = player(history)
        if found := outcome(play):
            smallest = ["At its smallest:", *example(history, player)]
            raise AssertionError("\n".join([str(history), *found, *smallest]))
        shares.add(play)
    return shares


def outcome(play: Any, judge: Callable[[Any], Iterable[str]] = differences) -> list[str]:
    """The differences that a history ends with, or the error that ends it."""
    try:
        play.run()
    except Exception as error:  # of any kind: it needs the history beside it
        return [f"{type(error).__name__}: {error}"]
    return list(judge(play))


def example(history: History, player: Callable[[History], Play] = Play) -> list[str]:
    """The smallest history that ends differently like this one."""
    smallest = shrunk(history, lambda smaller: bool(outcome(player(smaller))))
    return [*str(smallest).splitlines(), *outcome(player(smallest))]
