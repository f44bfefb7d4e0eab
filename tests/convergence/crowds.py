"""Histories that several threads hear of at the same moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from random import Random
from unittest.mock import patch

from stripe_django.sync.events import batches, store

from ..threads import together
from .agenda import NEVER, Step
from .histories import History
from .playing import LATER, Play, without_key

THREADS = 4
SLEEP = time.sleep


class Crowd(Play):
    """First all happens at Stripe; then threads deliver it, in any order, while time stands still.

    Whatever arrives once arrives twice, so that there are duplicates at the same moment. In every
    other history each thread applies all that waits.
    """

    def __init__(self, history: History) -> None:
        super().__init__(replace(history, way="later" if history.seed % 2 else "inbox"))

    def run(self) -> None:
        with self.fake.installed(), self._time():
            while self.theirs.next_at < NEVER:
                self._next(self.theirs)
            self.sleep(LATER)
            with nullcontext() if self.history.has_key else without_key():
                self._deliver()
                batches.process_received()  # all threads may have skipped what one had locked
            if self.history.has_key:
                self._settle()

    def _deliver(self) -> None:
        with really_asleep():
            together(*(partial(do, steps) for steps in self._shares()))

    def _shares(self) -> list[list[Step]]:
        """What each of the threads does."""
        steps = []
        while self.ours.next_at < NEVER:
            steps.append(self.ours.pop())
        Random(self.history.seed).shuffle(steps)
        twice = [step for step in steps for _ in range(2)]
        return [twice[number::THREADS] for number in range(THREADS)]

    def _hear(self, way: str, event, _: str = "") -> None:
        """The settings are the same for all threads, and none of them is killed."""
        getattr(self, way)(event)

    def _by_later(self, event, _: str = "") -> None:
        store.store(event, sent_at=self.fake.now)
        batches.process_received()


@contextmanager
def really_asleep() -> Iterator[None]:
    """A thread that sleeps lets the others work."""
    with patch.object(time, "sleep", SLEEP):
        yield


def do(steps: list[Step]) -> None:
    for step in steps:
        step()
