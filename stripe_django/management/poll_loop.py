"""Rounds of polling: one, or one after the other until the process is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import TypeVar

from django.db import DatabaseError, close_old_connections

from stripe_django import tasks
from stripe_django.lazy_sdk import stripe
from stripe_django.management.errors import explained
from stripe_django.sync import fleet, mirrored_accounts
from stripe_django.sync import relist as relisting
from stripe_django.sync.backfill.progress import ObjectRun, Observer
from stripe_django.sync.events import batches, poller, retry
from stripe_django.sync.events.poller import Poll, passing
from stripe_django.sync.events.store import using

MOST, LONGEST = 10_000, 60.0  # how much is tried again in one round, and for how many seconds
APPLYING = 2.0  # seconds that "apply" spends on what is due, between the events that wait

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class PollOptions:
    """What a round does; ``relist_every`` is zero for never.

    ``all_accounts`` are those that are due, beside the named ones.
    """

    accounts: Sequence[str] = ("",)
    all_accounts: bool = False
    since: datetime | None = None
    relist: bool = False
    relist_every: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Round:
    """What was done in one; ``errors`` are those that ended the poll of an account."""

    polls: list[Poll] = field(default_factory=list)
    relisted: list[ObjectRun] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        events = sum(poll.statuses[status] for poll in self.polls for status in ("failed", "dead"))
        return events + sum(run.is_failure for run in self.relisted)

    @property
    def is_news(self) -> bool:
        """Whether there is something to report."""
        return any(poll.statuses for poll in self.polls) or bool(self.relisted)


def once(options: PollOptions, observer: Observer, asked: Event) -> Round:
    """Poll each account, list again what is due for it, and retry what is due.

    What Stripe refuses for one account stops no other. Raises the SDK's ``AuthenticationError`` if
    it refuses the key.
    """
    done = Round()
    for account in options.accounts:
        try:
            with mirrored_accounts.noting_outcome(account, using()):
                _poll(account, options, observer, asked, done)
        except passing() as error:
            if isinstance(error, stripe.AuthenticationError) and not account:
                raise
            _note_error(done, account, error)
    if options.all_accounts:
        _poll_fleet(options, observer, asked, done)
    if not asked.is_set():
        retry.run_scheduled(MOST, seconds=LONGEST)
        tasks.maintain()
    return done


def _poll_fleet(options: PollOptions, observer: Observer, asked: Event, done: Round) -> None:
    """Poll the other accounts, a connected one once its objects were read for the first time."""
    for account, poll in fleet.poll(without=options.accounts, should_stop=asked.is_set):
        if isinstance(poll, Exception):
            _note_error(done, account, poll)
        else:
            done.polls.append(poll)
            _relist(poll, options, observer, asked, done)


def _note_error(done: Round, account: str, error: Exception) -> None:
    done.errors[account] = explained(error)
    if isinstance(error, DatabaseError):
        close_old_connections()


def _poll(
    account: str, options: PollOptions, observer: Observer, asked: Event, done: Round
) -> None:
    poll = poller.poll(account, since=options.since, observer=observer, should_stop=asked.is_set)
    done.polls.append(poll)
    _relist(poll, options, observer, asked, done)
    if not account and options.relist_every and not asked.is_set():
        done.relisted.extend(relisting.relist_accounts(options.relist_every, observer))


def _relist(
    poll: Poll, options: PollOptions, observer: Observer, asked: Event, done: Round
) -> None:
    if poll.missed_since and options.relist and not asked.is_set():
        done.relisted.extend(relisting.relist_missed(poll, observer))


def follow(
    options: PollOptions,
    observer: Observer,
    asked: Event,
    interval: float,
    notify: Callable[[str], None],
) -> Iterator[Round]:
    """A round every ``interval`` seconds. Errors are passed to ``notify``, and retried."""

    def step() -> Round:
        nonlocal options
        close_old_connections()  # none is kept for nothing between two rounds
        done = once(options, observer, asked)
        for account, error in done.errors.items():
            notify(f"{account}: {error}" if account else error)
        # A gap is as old as the first round; what could not be listed then is left to people.
        options = replace(options, since=None, relist=False)
        return done

    return repeated(step, asked, interval, notify)


def apply_waiting(asked: Event) -> int:
    """Apply the events that wait, and now and then retry what is due; return how many they were."""
    count = 0
    while not asked.is_set():
        applied = batches.process_received()
        count += applied
        if applied < batches.SIZE:  # few are soon more, and many at a time take less
            break
    if retry.is_turn():
        tasks.retry_due(APPLYING)
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
        except passing() as error:
            notify(explained(error))
            if isinstance(error, DatabaseError):
                close_old_connections()
        asked.wait(interval)
