"""Counts what an erasure would remove, without locking or writing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import QuerySet

from stripe_django.models import Customer, InboxEvent
from stripe_django.sync.database import keyset
from stripe_django.sync.events import bodies
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.writer.withholding import descent
from stripe_django.sync.writer.withholding.keys import ObjectKey
from stripe_django.sync.writer.withholding.marks import Known
from stripe_django.sync.writer.withholding.sightings import key_of

from . import creations
from .naming import naming, without_rows
from .report import Progress, Report
from .sweep import OBJECTS, behind
from .traces import traces_of


@dataclass(slots=True)
class DryRun:
    """What was found so far: the keys of the customer's objects are held in memory."""

    report: Report
    mine: HomeAccount
    using: str
    progress: Progress
    erased: dict[ObjectKey, int] = field(default_factory=dict)
    left: list[ObjectKey] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)
    bodies: set[int] = field(default_factory=set)

    def run(self) -> None:
        customer = key_of(Customer, self.report.stripe_id)
        self.erased[customer] = 0
        self.left.append(customer)
        for rows in naming(self.report.stripe_id, self.using):
            self._look_at(rows)
        made = creations.pending(self.report.stripe_id, self.using).count()
        self._note(creations.NAME, Counter(rows=made, values=made))
        self._follow()
        while self._reaches_more():
            pass
        self._note("inbox event", Counter(rows=len(self.bodies), values=len(self.bodies)))
        self.report.is_done = True

    def _reaches_more(self) -> bool:
        before = len(self.erased)
        for rows in without_rows(self.using):
            self._look_at(rows)
        self._follow()
        known = set(self.erased)
        for event in keyset.each(InboxEvent.objects.using(self.using).exclude(body="")):
            if self._is_in_body(event):
                self.bodies.add(event.pk)
        self.left += self.erased.keys() - known
        self._follow()
        return len(self.erased) > before

    def _follow(self) -> None:
        while self.left:
            batch, self.left = self.left[:OBJECTS], self.left[OBJECTS:]
            for rows in behind(batch, self.using):
                self._look_at(rows)
            for trace in traces_of(batch, self.using):
                fresh = len(self._fresh(trace.rows))
                self._note(trace.name, Counter(rows=fresh, values=fresh))

    def _look_at(self, rows: QuerySet) -> None:
        known = Known(self.mine.erasure_keys, self.mine.livemode)
        for batch in descent.batches(rows):
            new, changed = descent.tried(batch, self.erased, known, self.using)
            self.erased |= new
            self.left += new
            rows_changed = {(batch.model._meta.label, stored.pk) for stored, _ in changed.rows}
            if again := rows_changed & self.seen:  # each row counts once
                others = batch.exclude(pk__in=[pk for _, pk in again])
                changed = descent.tried(others, self.erased, known, self.using)[1]
            self.seen |= rows_changed
            self._note(batch.model.stripe.object_name, changed.counts)

    def _fresh(self, rows: QuerySet) -> list[int]:
        """The keys of the rows that were not seen before."""
        keys = {(rows.model._meta.label, pk) for pk in rows.values_list("pk", flat=True)}
        fresh = keys - self.seen
        self.seen |= keys
        return [pk for _, pk in fresh]

    def _is_in_body(self, event: InboxEvent) -> bool:
        payload = bodies.decoded(event.body)
        less = bodies.withheld(payload, event.platform, self.mine, self.using, self.erased)
        return less != payload

    def _note(self, name: str, counts: Counter[str]) -> None:
        if counts["rows"]:
            self.report.add(name, counts)
            self.progress(name, counts["rows"])
