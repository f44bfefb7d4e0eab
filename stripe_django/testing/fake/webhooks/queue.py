"""Posts events to webhook endpoints over HTTP, as they happen, and again where that fails."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from heapq import heappop, heappush

from ..engine import Engine
from ..store import Record
from .targets import Attempt, Target, View, targets_of


@dataclass(slots=True, order=True)
class _Job:
    """One event for one endpoint; the one that is due first is the smallest."""

    due: float
    number: int
    event: Record = field(compare=False)
    target: Target = field(compare=False)
    attempts: int = field(default=0, compare=False)


@dataclass(slots=True)
class _Rule:
    """How often the next ``times`` deliveries of a type are sent; never for ``copies`` of 0."""

    type: str
    times: int
    copies: int


class DeliveryQueue:
    """The deliveries of ``fake.delivering()``.

    ``attempts`` are the requests that were made, the oldest first, ``dropped`` the ids of the
    events that were lost on purpose, ``failed`` the last attempts of deliveries without a retry
    left.
    """

    def __init__(
        self,
        engine: Engine,
        view: View,
        retry_after: Sequence[float],
        workers: int,
        timeout: float,
    ) -> None:
        self.attempts: list[Attempt] = []
        self.dropped: list[str] = []
        self.failed: list[Attempt] = []
        self._engine, self._view = engine, view
        self._retry_after, self._timeout = tuple(retry_after), timeout
        self._changed = threading.Condition(engine.lock)
        self._jobs: list[_Job] = []
        self._held: list[_Job] | None = None
        self._rules: list[_Rule] = []
        self._numbers = 0
        self._running = 0
        self._is_closed = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]

    # For tests

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until no delivery is under way or to be retried.

        Raises ``TimeoutError`` after ``timeout`` seconds.
        """
        with self._changed:
            if self._changed.wait_for(lambda: not self._jobs and not self._running, timeout):
                return
            left = len(self._jobs) + self._running
            last = next((each for each in reversed(self.attempts) if not each.succeeded), None)
        raise TimeoutError(f"{left} deliveries are left. Last failure: {last}")

    def drop(self, times: int = 1, *, type: str = "*") -> None:
        """Lose the next deliveries of events of a type (``charge.*``), without a retry."""
        self._rules.append(_Rule(type, times, 0))

    def duplicate(self, times: int = 1, *, type: str = "*", copies: int = 2) -> None:
        """Send the next deliveries of events of a type several times."""
        self._rules.append(_Rule(type, times, copies))

    @contextmanager
    def burst(self, *, shuffled: int | None = None) -> Iterator[None]:
        """Hold the events of this block back, then send all at once.

        ``shuffled`` is the seed of another order than theirs.
        """
        with self._changed:
            self._held = []
        try:
            yield
        finally:
            with self._changed:
                held, self._held = self._held or [], None
                if shuffled is not None:
                    random.Random(shuffled).shuffle(held)
                for job in held:
                    self._push(job, time.monotonic())

    # For the fake

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop after the attempts under way; what is left is not delivered."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def add(self, event: Record) -> None:
        """Deliver an event to the endpoints that want it."""
        with self._changed:
            targets = targets_of(event, self._engine.store, self._view)
            if "pending_webhooks" in event.payload:
                event.payload = {**event.payload, "pending_webhooks": len(targets)}
            for target in targets:
                copies = self._copies(event.payload["type"])
                if not copies:
                    self.dropped.append(event.id)
                for _ in range(copies):
                    self._enqueue(event, target)

    def _copies(self, type: str) -> int:
        for rule in self._rules:
            if rule.times and fnmatchcase(type, rule.type):
                rule.times -= 1
                return rule.copies
        return 1

    def _enqueue(self, event: Record, target: Target) -> None:
        job = _Job(0.0, 0, event, target)
        if self._held is None:
            self._push(job, time.monotonic())
        else:
            self._held.append(job)

    def _push(self, job: _Job, due: float) -> None:
        self._numbers += 1
        job.due, job.number = due, self._numbers
        heappush(self._jobs, job)
        self._changed.notify_all()

    # Workers

    def _work(self) -> None:
        while job := self._next():
            job.attempts += 1
            try:
                attempt = job.target.post(self._view.of(job.event), job.attempts, self._timeout)
                self._record(job, attempt)
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._is_closed:
                delay = self._jobs[0].due - time.monotonic() if self._jobs else None
                if delay is not None and delay <= 0:
                    self._running += 1
                    return heappop(self._jobs)
                self._changed.wait(delay)
        return None

    def _record(self, job: _Job, attempt: Attempt) -> None:
        with self._changed:
            self.attempts.append(attempt)
            if attempt.succeeded:
                self._engine.mark_delivered(job.event)
            elif job.attempts <= len(self._retry_after):
                self._push(job, time.monotonic() + self._retry_after[job.attempts - 1])
            else:
                self.failed.append(attempt)
