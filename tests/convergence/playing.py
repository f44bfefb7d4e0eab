"""A history, played: Stripe's side in its own time, and this side as it hears of it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import count
from math import ceil
from typing import Any
from unittest.mock import patch

from django.db import router
from django.db.models import QuerySet
from django.test import Client as Browser
from django.test.utils import override_settings
from django.utils import timezone

from stripe_django import conf, sync
from stripe_django.api.client import Client, Page
from stripe_django.models import Home, PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync.events import batches, processor, retry
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.repair import conflicts
from stripe_django.sync.writer.report import Report
from stripe_django.testing.fake import Delivery

from ..posting import START, URL, make_due
from .agenda import NEVER, Agenda
from .histories import Change, History, Look
from .kinds import KINDS, Payload
from .stripes import BusyStripe, Life

EVERY = 10.0  # seconds from one run of a job to the next
LATER = 100.0  # seconds after all is told, when what waits is tried again

_numbers = count(1)


class Play:
    """What happens at Stripe waits for nobody: it goes on while this side works or sleeps."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.fake = BusyStripe(self.sleep)
        self.life = Life(self.fake, str(next(_numbers)))
        self.theirs, self.ours = Agenda(), Agenda()
        self._batch: list[Payload] = []
        for entry in history.entries:
            step = self._change if isinstance(entry, Change) else self._look
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
        """The machine's clocks: one is wrong, the other one only knows how time passes."""
        with ExitStack() as stack:
            for name, function in {
                "time": lambda: self.seconds() + self.history.skew,
                "monotonic": self.seconds,
                "sleep": self.sleep,
            }.items():
                stack.enter_context(patch.object(time, name, function))
            stack.enter_context(patch.object(timezone, "now", self._now_here))
            stack.enter_context(patch.object(retry, "_looked_at", self.seconds()))
            yield

    def _now_here(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    # What is told, and what is looked at

    def _change(self, change: Change) -> None:
        for told in self.life.happen(change):
            for arrival in change.arrivals:
                step = partial(self._hear, f"_by_{self.history.way}", told.event)
                self.ours.put(START + arrival, step)

    def _hear(self, way: str, event: Payload) -> None:
        with nullcontext() if self.history.has_key else without_key():
            getattr(self, way)(event)

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
        processor.process(processor.store(event, sent_at=self.fake.now))

    def _by_later(self, event: Payload) -> None:
        """Stored, and applied with others once the second has ended."""
        processor.store(event, sent_at=self.fake.now)
        self.ours.put(ceil(self.seconds()), partial(self._hear, "_apply_waiting", event))

    def _apply_waiting(self, _: Payload) -> None:
        batches.process_waiting()

    def _by_endpoint(self, event: Payload) -> None:
        delivery = Delivery.of(event, self.fake.webhook_secret, self.seconds())
        assert delivery.post(Browser(), URL).status_code == 200

    def _look(self, look: Look) -> None:
        model = model_of(look.kind)
        client = Client()
        if look.is_page:
            pages = list(client.pages(model.LIST_PATH, model.LIST_PARAMS))
        else:
            pages = [client.retrieve(model.path_of(id=self.life.id_of(look.kind)))]
        backfill = PageWriter(client, router.db_for_write(Home), "", livemode=False)
        self.ours.put(START + look.written_at, partial(write, backfill, pages))

    # The end

    def _settle(self) -> None:
        """Try again what failed. The inbox settles its own ties; those of other ways are settled
        as by ``stripe_sync --ambiguous``, but for the rows of this history alone.
        """
        self.sleep(LATER)
        if PendingRead.objects.exists():
            make_due()
            retry.run()
        if self.history.way == "apply" or self.has_looks:
            for rows in self.tables():
                for row in rows.filter(conflicts.UNSETTLED, ambiguous=True):
                    sync.refresh(row)

    @property
    def has_looks(self) -> bool:
        return any(isinstance(entry, Look) for entry in self.history.entries)

    def tables(self) -> Iterator[QuerySet]:
        """The rows of this history, kind by kind."""
        for kind in self.life.past:
            yield model_of(kind).objects.filter(stripe_id=self.life.id_of(kind))


def write(backfill: PageWriter, pages: list[Page]) -> None:
    report = Report()
    for page in pages:
        backfill.write(page, report)
    assert not report.failures


def model_of(kind: str) -> type[StripeModel]:
    return KINDS[kind].model


def without_key() -> Any:
    return override_settings(**{conf.SETTING: {**conf.settings.given, "API_KEY": ""}})
