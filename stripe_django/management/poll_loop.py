"""Rounds of polling: one, or one after the other until the process is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import TypeVar

import stripe
from django.db import DatabaseError, close_old_connections

from stripe_django import statistics
from stripe_django.exceptions import StripeDjangoError
from stripe_django.sync import relist as relisting
from stripe_django.sync.backfill.progress import ObjectRun, Observer
from stripe_django.sync.events import batches, poller, retry
from stripe_django.sync.events.poller import Poll

MOST, LONGEST = 10_000, 60.0  # how much is tried again in one round, and for how many seconds
FIGURES = 10.0  # seconds of a round for the statistics
PASSING = (stripe.StripeError, StripeDjangoError, DatabaseError)

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a round has to do; ``relist_every`` is zero for never."""

    accounts: Sequence[str] = ("",)
    since: datetime | None = None
    relist: bool = False
    relist_every: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Round:
    """What was done in one."""

    polls: list[Poll] = field(default_factory=list)
    relisted: list[ObjectRun] = field(default_factory=list)

    @property
    def failures(self) -> int:
        events = sum(poll.statuses[status] for poll in self.polls for status in ("failed", "dead"))
        return events + sum(run.is_failure for run in self.relisted)

    @property
    def is_news(self) -> bool:
        """Whether there is something to report."""
        return any(poll.statuses for poll in self.polls) or bool(self.relisted)


def once(wanted: Wanted, observer: Observer, asked: Event) -> Round:
    """Poll each account, list again what is due for it, and try again what is due."""
    done = Round()
    for account in wanted.accounts:
        poll = poller.poll(account, since=wanted.since, observer=observer, should_stop=asked.is_set)
        done.polls.append(poll)
        if poll.missed_since and wanted.relist and not asked.is_set():
            done.relisted.extend(relisting.relist_missed(poll, observer))
    if "" in wanted.accounts and wanted.relist_every and not asked.is_set():
        done.relisted.extend(relisting.relist_accounts(wanted.relist_every, observer))
    if not asked.is_set():
        retry.run(MOST, seconds=LONGEST)
        statistics.keep(seconds=FIGURES, every=statistics.EVERY)
    return done


def follow(
    wanted: Wanted, observer: Observer, asked: Event, interval: float, notify: Callable[[str], None]
) -> Iterator[Round]:
    """A round every ``interval`` seconds. Errors are passed to ``notify``, and retried."""

    def step() -> Round:
        nonlocal wanted
        close_old_connections()  # none is kept for nothing between two rounds
        done = once(wanted, observer, asked)
        # A gap is as old as the first round; what could not be listed then is left to people.
        wanted = replace(wanted, since=None, relist=False)
        return done

    return repeated(step, asked, interval, notify)


def apply_waiting(asked: Event) -> int:
    """Apply the events that wait, and now and then retry what is due; return how many they were."""
    count = 0
    while not asked.is_set():
        applied = batches.process_waiting()
        count += applied
        if applied < batches.SIZE:  # few are soon more, and many at a time take less
            break
    retry.run_now_and_then()
    return count


def repeated(
    step: Callable[[], Done], asked: Event, interval: float, notify: Callable[[str], None]
) -> Iterator[Done]:
    """Do a step again and again until asked to stop, with so many seconds between.

    Errors are passed to ``notify``, and the step is repeated.
    """
    while not asked.is_set():
        try:
            yield step()
        except stripe.AuthenticationError:
            raise
        except PASSING as error:
            notify(f"{type(error).__name__}: {error}")
            close_old_connections()
        asked.wait(interval)
