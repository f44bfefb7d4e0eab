"""Code that reads from Stripe, without the reading: it yields each request, and each pause.

So one piece of code serves both ways to wait. ``run`` performs the steps in this thread. ``arun``
performs them on the event loop, and all that is between them in the thread that Django has for
its database.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from asgiref.sync import sync_to_async

from stripe_django import telemetry

T = TypeVar("T")


class Step(ABC):
    """Something to wait for."""

    @abstractmethod
    def perform(self) -> Any: ...

    @abstractmethod
    async def aperform(self) -> Any: ...


Steps = Generator[Step, Any, T]


@dataclass(frozen=True, slots=True)
class Pause(Step):
    seconds: float

    def perform(self) -> None:
        time.sleep(self.seconds)

    async def aperform(self) -> None:
        await asyncio.sleep(self.seconds)


@dataclass(frozen=True, slots=True)
class _Within(Step):
    """A step whose spans are children of another one."""

    step: Step
    span: telemetry.Span

    def perform(self) -> Any:
        with self.span.current():
            return self.step.perform()

    async def aperform(self) -> Any:
        with self.span.current():
            return await self.step.aperform()


def within(span: telemetry.Span, steps: Steps[T]) -> Steps[T]:
    """The same steps, each within a span, which ends with them.

    Between two steps it is not the current one: what is there may run in several threads.
    """
    if span is telemetry.NOTHING:
        return (yield from steps)
    performed: Any = None
    try:
        while True:
            try:
                step = steps.send(performed)
            except StopIteration as end:
                found: T = end.value
                return found
            performed = yield _Within(step, span)
    except Exception as error:
        span.fail(error)
        raise
    finally:
        span.end()


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    result: T


def run(steps: Steps[T]) -> T:
    """Perform all steps, and return the result."""
    turn = _resume(steps, None)
    while not isinstance(turn, _Done):
        turn = _resume(steps, turn.perform())
    return turn.result


async def arun(steps: Steps[T]) -> T:
    """The same without blocking the event loop. No transaction may be open between two steps."""
    resume = sync_to_async(_resume, thread_sensitive=True)
    turn = await resume(steps, None)
    while not isinstance(turn, _Done):
        turn = await resume(steps, await turn.aperform())
    return turn.result


def _resume(steps: Steps[T], performed: Any) -> Step | _Done[T]:
    """Continue until the next step; no coroutine could raise the ``StopIteration`` of the end."""
    try:
        return steps.send(performed)
    except StopIteration as end:
        return _Done(end.value)
