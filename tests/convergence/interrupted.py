"""Histories in which other processes hear of events while one waits for a response.

What threads do only now and then happens here each time, and in the same way.
"""

from dataclasses import replace
from random import Random

from django.db import connection

from stripe_django.sync.events import retry

from ..posting import make_due
from .agenda import Step
from .crowds import Crowd
from .histories import History

MOST = 3  # deliveries during one request
REPLICAS = 4


class Interrupted(Crowd):
    """First all happens at Stripe. Some of what is told then arrives during the requests."""

    def __init__(self, history: History) -> None:
        super().__init__(_with_replicas(history))
        self.interruptions = 0
        self._waiting: list[Step] = []
        self._outermost = len(connection.savepoint_ids)
        self._is_interrupted = False
        self._draw = Random(f"interrupted {history.seed}")
        self.fake.before_response = self._hear_meanwhile

    def _deliver(self) -> None:
        for number, step in enumerate(step for share in self._shares() for step in share):
            self._waiting += [step] if number % 2 else [step, retry_all]
        while self._waiting:
            self._waiting.pop()()

    def _hear_meanwhile(self) -> None:
        """A transaction that is open keeps others out; one interruption has none of its own."""
        if self._is_interrupted or len(connection.savepoint_ids) > self._outermost:
            return
        self._is_interrupted = True
        try:
            for _ in range(min(self._draw.randint(0, MOST), len(self._waiting))):
                self.interruptions += 1
                self._waiting.pop()()
        finally:
            self._is_interrupted = False


def retry_all() -> None:
    """As a job does now and then; what was queued before is read while more arrives."""
    make_due()
    retry.run_due()


def _with_replicas(history: History) -> History:
    """The history with a key, off test clocks, and with replicas that lag: events of an object that
    these show as it was before make the difference.
    """
    draw = Random(f"replicas {history.seed}")
    last = max((each.at for each in history.entries), default=0.0)
    moments = tuple(round(draw.uniform(0, last), 2) for _ in range(REPLICAS))
    return replace(history, has_key=True, test_clock=0, replicas=moments)
