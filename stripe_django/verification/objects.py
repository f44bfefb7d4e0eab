"""Verifies the rows of one object in one account, and stores how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.api.client import Page
from stripe_django.models import Verification
from stripe_django.models.base import StripeModel
from stripe_django.sync.backfill.list_endpoints import Listing
from stripe_django.sync.database import keyset
from stripe_django.sync.ingest import Owner, PageWriter

from . import sampling, sightings
from .heartbeat import Heartbeat
from .horizon import has_events, last_listed
from .looks import Looks
from .options import VerifyRequest
from .rows_here import creation_column, rows_of
from .sampling import CONFIDENCE, PAGE
from .seen import Seen
from .sightings import Subject
from .walk import Walk

Method, Status = Verification.Method, Verification.Status

SAVE_EVERY = 10.0  # seconds
BATCH = 100  # objects that are read one by one and compared together
SAVED = (
    *("method", "status", "rows", "verified", "confidence", "one_in", "differences", "examples"),
    *("repaired", "progress", "as_of", "seen_at", "finished_at", "error"),
)
PHASES = {Method.ALL: ("lists", "unlisted"), Method.SAMPLE: ("rows", "moments")}
PHASES[Method.BALANCE] = PHASES[Method.ALL]


@dataclass(slots=True)
class ObjectVerification:
    """One row of ``Verification`` at work; ``observe`` is called whenever it was saved.

    ``is_enough`` says after each page whether what was to be found is found.
    """

    row: Verification
    model: type[StripeModel]
    writer: PageWriter
    request: VerifyRequest
    observe: Callable[[Verification], None]
    heartbeat: Heartbeat = field(init=False)
    looks: Looks = field(init=False)
    walk: Walk = field(init=False)
    state: dict[str, Any] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    save_at: float = 0.0
    is_enough: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        if self.request.until is None and not has_events(self.model):
            until = last_listed(self.model, self.writer.account, self.writer.using)
            self.request = replace(self.request, until=until)
        beat = self.heartbeat = Heartbeat(self.row, self.writer.using)
        self.looks = Looks(self.row, self.writer, self.request, beat, self.seen_add)
        listing = Listing(self.writer.client, self.model, self.request.since)
        self.walk = Walk(self.writer, listing, self.request.at_once, beat, self.request.until)

    def seen_add(self, keys: Any) -> None:
        self.seen.add(keys)

    @property
    def here(self) -> QuerySet[StripeModel]:
        return rows_of(self.model, self.writer, self.request)

    def run(self) -> None:
        """Compare all that is left; raises the SDK's errors."""
        if self.row.progress is None:
            self._begin()
        else:
            self._restore()
        self._save()
        while (phase := self.state["phase"]) is not None:
            getattr(self, f"_{phase}")()
            self._next_phase()
        while self.looks.suspects.waiting:
            self._look_again()

    def _begin(self) -> None:
        here, sample = self.here, self.request.sample
        self.row.rows = here.count()
        self.heartbeat()
        is_small = sample is None or self.row.rows <= sample * PAGE or not self._is_sampled
        if self.row.method != Method.BALANCE:
            self.row.method = Method.ALL if is_small else Method.SAMPLE
        self.state = {"phase": PHASES[Method(self.row.method)][0], "pages": 0}
        if is_small:
            last = here.order_by("-pk").values_list("pk", flat=True).first()
            self.state |= {"last": last or 0, "after": 0}
            self.walk.begin()
        else:
            self._draw(sample or 0)

    @property
    def _is_sampled(self) -> bool:
        return bool(self.model.stripe.retrieve_path) and not self.model.stripe.list_parent

    def _draw(self, sample: int) -> None:
        keys = sampling.random_keys(self.here, sample)
        self.heartbeat()
        self.row.confidence, self.row.one_in = CONFIDENCE, sampling.one_in_for(len(keys))
        self.state |= {"keys": keys, "seconds": []}
        name = creation_column(self.model)
        if name and self.walk.listing.is_divisible:
            end = min(timezone.now(), self.request.until or timezone.now())
            self.state["seconds"] = sampling.random_seconds(self.here, name, sample, end)
        self.looks.counted = set()  # pages of moments may show the same as each other, and as rows

    def _restore(self) -> None:
        self.state = {**(self.row.progress or {})}
        if "counted" in self.state:
            self.looks.counted = {*self.state.pop("counted")}
        suspects = self.looks.suspects.restored_subjects(self.state.pop("suspects"))
        if "walk" in self.state:
            self.walk.restore(self.state.pop("walk"))
            self.seen = Seen.restored(self.state.pop("seen"))
        verified = self.row.verified
        self.looks.read([each for each in suspects if each.path is not None])
        self.row.verified = verified  # they were counted when they were first seen

    def _next_phase(self) -> None:
        names = PHASES[Method(self.row.method)]
        behind = names[names.index(self.state["phase"]) + 1 :]
        self.state["phase"] = behind[0] if behind else None

    # Everything

    def _lists(self) -> None:
        for page, owner in self.walk.pages():
            self._compare(page, owner)
            self._advance()
            if self.request.sample is not None and self.state["pages"] > self.request.sample:
                # There are far more objects at Stripe than rows here.
                self.row.method = Method.SAMPLE
                self.state = {"phase": "moments", "keys": [], "seconds": []}
                return
            if self.is_enough():
                self.state["after"] = self.state["last"]  # no row has to be looked for
                return

    def _compare(self, page: Page, owner: Owner | None = None) -> None:
        seen = sightings.of_page(self.writer, page, owner, self.looks.failures)
        self.looks.first([*seen])
        self.state["pages"] += 1

    def _unlisted(self) -> None:
        """Rows that no list has shown: each is read by its id."""
        if self.model.stripe.list_path is None:
            return
        rows = self.here.filter(pk__gt=self.state["after"], pk__lte=self.state["last"])
        for batch in keyset.batches(rows.only("pk"), 10 * BATCH):
            keys = [row.pk for row in batch if row.pk not in self.seen]
            for start in range(0, len(keys), BATCH):
                self._read(keys[start : start + BATCH])
                self.state["after"] = keys[start : start + BATCH][-1]
                self._advance()
            self.state["after"] = batch[-1].pk
            self._advance()

    # A sample

    def _rows(self) -> None:
        while keys := self.state["keys"][:BATCH]:
            self._read(keys)
            del self.state["keys"][:BATCH]
            self._advance()

    def _moments(self) -> None:
        listing, until = self.walk.listing, self.request.until
        while self.state["seconds"]:
            end = self.state["seconds"][0] + 1
            if until is not None:
                end = min(end, int(until.timestamp()))
            self._compare(listing.page(listing.bounds(None, end), {}))
            del self.state["seconds"][0]
            self._advance()

    def _read(self, keys: list[int]) -> None:
        """Read the objects of rows; those without an address are left to the lists."""
        rows: QuerySet[StripeModel] = QuerySet(self.model, using=self.writer.using)
        rows = rows.filter(pk__in=keys)
        subjects = [Subject.of_row(row) for row in rows]
        self.looks.read([each for each in subjects if each.path is not None])

    # Progress

    def _advance(self) -> None:
        """Look again at what is due, and save now and then."""
        suspects = self.looks.suspects
        while suspects.has_due() or suspects.is_full:
            self._look_again()
        if time.monotonic() >= self.save_at:
            self._save()

    def _look_again(self) -> None:
        self.looks.again()
        self._save()

    def _save(self) -> None:
        self.row.progress = self.state | {"suspects": self.looks.suspects.state}
        if self.row.method != Method.SAMPLE:
            self.row.progress |= {"walk": self.walk.state, "seen": self.seen.state}
        elif self.looks.counted is not None:
            self.row.progress |= {"counted": sorted(self.looks.counted)}
        self.row.seen_at = timezone.now()
        self.row.save(using=self.writer.using, update_fields=SAVED)
        self.save_at = time.monotonic() + SAVE_EVERY
        self.observe(self.row)

    def end(self, status: Verification.Status, error: str = "") -> None:
        self.row.status, self.row.error = status, error
        self.row.finished_at = self.row.seen_at = timezone.now()
        if status in (Status.DONE, Status.UNAVAILABLE):
            self.row.progress = None
        self.row.save(using=self.writer.using, update_fields=SAVED)

    def failures(self) -> Iterator[str]:
        yield from map(str, self.looks.failures)

    def interrupt(self) -> None:
        """Leave it as it was last saved: what came since then was not compared to its end."""
        rows = Verification.objects.using(self.writer.using).filter(pk=self.row.pk)
        rows.update(status=Status.INTERRUPTED, seen_at=timezone.now())
