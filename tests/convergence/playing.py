"""A history, played: Stripe's side in its own time, and this side as it hears of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from math import ceil
from typing import Any
from unittest.mock import patch

import stripe
from django.db import router
from django.db.models import Q, QuerySet
from django.test import Client as Browser
from django.test.utils import override_settings
from django.utils import timezone

from stripe_django import conf, sync
from stripe_django.api import client as api_client
from stripe_django.api.client import Client, Page, clock_of
from stripe_django.api.server_clock import Clock
from stripe_django.models import Home, InboxEvent, OpenWrite, PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync.events import batches, processor, retry, store
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.repair import conflicts, pending_reads
from stripe_django.sync.writer.report import Report
from stripe_django.testing.fake import Delivery

from ..posting import START, URL, make_due
from .agenda import NEVER, Agenda
from .calls import Call
from .histories import Change, History, Look, Member
from .kinds import KINDS, Payload
from .stripes import BusyStripe, Life

EVERY = 10.0  # seconds from one run of a job to the next
TRIES = 4  # one read may show what another one has to confirm
UNDONE = ~Q(next_attempt_at=None)
# What a process that is killed has claimed, and does not begin any more.
CLAIMED = {"event": (processor, "apply"), "refetch": (pending_reads, "_was_read_meanwhile")}
AGAIN = 60.0  # seconds after which Stripe delivers what nothing responded to
LATER = 100.0  # seconds after all is told, when what waits is tried again

_numbers = count(1)


class Killed(BaseException):
    """The end of a process, as far as the database sees it."""


class Play:
    """What happens at Stripe waits for nobody: it goes on while this side works or sleeps."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.fake = BusyStripe(self.sleep, self._lag_of)
        self.replicas = iter(history.replicas)
        self._lag_of_look: float | None = None
        self.life = Life(self.fake, str(next(_numbers)), history.test_clock)
        # The second process's monotonic clock and its time of day are others.
        self.other_clock = Clock(lambda: self.seconds() - 5e8, lambda: self.seconds() + 1)
        self.theirs, self.ours = Agenda(), Agenda()
        self._batch: list[Payload] = []
        for entry in history.entries:
            step = getattr(self, f"_{type(entry).__name__.lower()}")
            self.theirs.put(START + entry.at, partial(step, entry))

    def run(self) -> None:
        with self.fake.installed(), self._time():
            while min(self.theirs.next_at, self.ours.next_at) < NEVER:
                self._next(min(self.theirs, self.ours, key=lambda each: each.next_at))
            if self.history.has_key:
                self._settle()

    # Time

    def seconds(self) -> float:
        return self.fake.now.timestamp()

    def sleep(self, seconds: float) -> None:
        end = self.seconds() + seconds
        while self.theirs.next_at <= end:
            self._pass_to(self.theirs.next_at)
            self.theirs.pop()()
        self._pass_to(end)

    def _pass_to(self, moment: float) -> None:
        self.fake.now = max(self.seconds(), moment)

    def _next(self, agenda: Agenda) -> None:
        self._pass_to(agenda.next_at)
        agenda.pop()()

    @contextmanager
    def _time(self) -> Iterator[None]:
        """The machine's clocks: one is wrong, the other one only knows how time passes.

        The one of Stripe's time is a new one: the fake's knows this machine's monotonic clock.
        """
        with ExitStack() as stack:
            for name, function in {
                "time": lambda: self.seconds() + self.history.skew,
                "monotonic": self.seconds,
                "sleep": self.sleep,
            }.items():
                stack.enter_context(patch.object(time, name, function))
            stack.enter_context(patch.object(timezone, "now", self._now_here))
            stack.enter_context(patch.object(retry, "_looked_at", {"default": self.seconds()}))
            clock_of.cache_clear()
            clock_of(conf.settings.api_base).machine = lambda: time.time()
            yield

    def _now_here(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    # What is told, and what is looked at

    def _change(self, change: Change) -> None:
        for told in self.life.happen(change):
            for number, arrival in enumerate(change.arrivals):
                killed = change.killed if number == 0 else ""
                step = partial(self._hear, f"_by_{self.history.way}", told.event, killed)
                self.ours.put(START + arrival, step)
            if change.answered_at is not None:
                answer = partial(self._apply_answer, self.life.answer(change))
                self.ours.put(START + change.answered_at, answer)

    def _apply_answer(self, answer: stripe.StripeObject) -> None:
        with nullcontext() if self.history.has_key else without_key():
            sync.apply(answer)

    def _member(self, member: Member) -> None:
        payload = self.life.as_of(member.kind, self.seconds() - member.age)
        if payload:
            step = partial(self._apply_members, [payload])
            self.ours.put(START + member.written_at, step)

    def _apply_members(self, payloads: list[Payload]) -> None:
        with nullcontext() if self.history.has_key else without_key():
            sync.apply(payloads)

    def _hear(self, way: str, event: Payload, killed: str = "") -> None:
        if way == "_by_later":  # which only stores it; another process applies it
            self._by_later(event, killed)
            return
        with nullcontext() if self.history.has_key else without_key(), killing(killed):
            getattr(self, way)(event)
            return
        # It was killed, and so did not respond.
        self.ours.put(self.seconds() + AGAIN, partial(self._hear, way, event))

    def _by_apply(self, event: Payload) -> None:
        """By a job that runs now and then, and applies together what has come until then."""
        if not self._batch:
            runs_at = ceil(self.seconds() / EVERY) * EVERY
            self.ours.put(runs_at, partial(self._hear, "_together", event))
        self._batch.append(event)

    def _together(self, _: Payload) -> None:
        sync.apply(self._batch)
        self._batch = []

    def _by_inbox(self, event: Payload) -> None:
        processor.process(store.store(event, sent_at=self.fake.now))

    def _by_later(self, event: Payload, killed: str) -> None:
        """Stored, and applied with others once the second has ended."""
        store.store(event, sent_at=self.fake.now)
        step = partial(self._hear, "_apply_waiting", event, killed)
        self.ours.put(ceil(self.seconds()), step)

    def _apply_waiting(self, _: Payload) -> None:
        batches.process_received()

    def _by_endpoint(self, event: Payload) -> None:
        delivery = Delivery.of(event, self.fake.webhook_secret, self.seconds())
        assert delivery.post(Browser(), URL).status_code == 200

    def _look(self, look: Look) -> None:
        model = model_of(look.kind)
        with self._reading(look):
            client = Client()
            if look.is_page:
                pages = list(client.pages(model.stripe.list_path, model.stripe.list_params))
            else:
                pages = [client.retrieve(model.stripe.path_of(id=self.life.id_of(look.kind)))]
        backfill = PageWriter(client, router.db_for_write(Home), "", HomeAccount(livemode=False))
        self.ours.put(START + look.written_at, partial(write, backfill, pages))

    @contextmanager
    def _reading(self, look: Look) -> Iterator[None]:
        """The clocks and the slowness of one look."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(self.fake, "takes", look.takes))
            stack.enter_context(patch.object(self.fake, "misdated", look.misdated))
            stack.enter_context(patch.object(self, "_lag_of_look", look.lag))
            stack.enter_context(patch.object(api_client, "clock_of", self._clock_of(look.process)))
            yield

    def _clock_of(self, process: int) -> Callable[[str], Clock]:
        """The clocks of a process, also within a request of another one's."""
        return (lambda _: self.other_clock) if process else clock_of

    def _lag_of(self, url: str) -> float:
        """By how much the replica lags that responds to a request."""
        if self._lag_of_look is not None:
            return self._lag_of_look
        is_refetch = any(f"/{self.life.id_of(kind)}" in url for kind in self.life.past)
        moment = next(self.replicas, None) if is_refetch else None
        return 0.0 if moment is None else max(self.seconds() - START - moment, 0.0)

    # The end

    def _settle(self) -> None:
        """Try again what failed. The inbox settles its own ties; those of other ways are settled
        as by ``stripe_sync --ambiguous``, but for the rows of this history alone.
        """
        self.sleep(LATER)
        for _ in range(TRIES):
            if any(rows.exists() for rows in undone()):
                make_due()
                retry.run_due()
                self.sleep(LATER)
        if self.history.way == "apply" or self.has_looks or self.has_own:
            for rows in self.tables():
                for row in rows.filter(conflicts.UNRESOLVED, ambiguous=True):
                    sync.refresh(row)

    @property
    def has_looks(self) -> bool:
        return any(isinstance(entry, Look) for entry in self.history.entries)

    @property
    def has_own(self) -> bool:
        """Whether the project itself has applied something."""
        return any(
            isinstance(entry, Member | Call) or getattr(entry, "answered_at", None) is not None
            for entry in self.history.entries
        )

    def tables(self) -> Iterator[QuerySet]:
        """The rows of this history, kind by kind."""
        for kind in self.life.past:
            yield model_of(kind).objects.filter(stripe_id=self.life.id_of(kind))


def undone() -> Iterator[QuerySet]:
    yield PendingRead.objects.all()
    yield OpenWrite.objects.all()
    yield InboxEvent.objects.filter(UNDONE)


@contextmanager
def killing(where: str) -> Iterator[None]:
    """Nothing that is done within it goes further than a claim."""
    if not where:
        yield
        return
    with patch.object(*CLAIMED[where], side_effect=Killed), suppress(Killed):
        yield


def write(backfill: PageWriter, pages: list[Page]) -> None:
    report = Report()
    for page in pages:
        backfill.write(page, report)
    assert not report.failures


def model_of(kind: str) -> type[StripeModel]:
    return KINDS[kind].model


def without_key() -> Any:
    return override_settings(**{conf.SETTING: {**conf.settings.given, "API_KEY": ""}})
