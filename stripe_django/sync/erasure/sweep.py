"""Removes what is stored of an erased customer: from the customer to all that refers to it.

Each batch is a transaction of its own. What is left to look for is in the database, as objects
that are due; so a process that was killed leaves nothing but work for the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Max, QuerySet
from django.utils import timezone

from stripe_django.exceptions import UnfinishedErasureError
from stripe_django.models import Customer, ErasedObject, Erasure, InboxEvent
from stripe_django.sync.database import keyset, older_transactions, retries
from stripe_django.sync.database.row_locks import all_locked
from stripe_django.sync.events import bodies
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.writer.withholding import descent
from stripe_django.sync.writer.withholding.keys import ObjectKey
from stripe_django.sync.writer.withholding.marks import Known

from . import tombstones
from .naming import naming, without_rows
from .report import Progress, Report
from .traces import FAILED, REMOVED, forget_snapshots, traces_of

CUSTOMER = Customer.stripe.object_name
OBJECTS = 100  # of which what refers to them is looked for together


@dataclass(slots=True)
class Sweep:
    """The work on one erasure, until nothing is left."""

    erasure: Erasure
    report: Report
    mine: HomeAccount
    using: str
    patience: float
    progress: Progress
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known(self.mine.erasure_keys, self.mine.livemode)

    def run(self) -> None:
        """Remove everything; raises ``UnfinishedErasureError`` if older transactions do not end."""
        self._wait()
        self._look_through_json()
        self._follow()
        while self._reaches_more():
            pass
        rows = Erasure.objects.using(self.using).filter(pk=self.erasure.pk)
        rows.update(finished_at=timezone.now())
        self.report.is_done = True

    def _reaches_more(self) -> bool:
        """Look through what no reference leads to; whether it says whose further objects are.

        An object may be the customer's only by another one that comes later, so this is done until
        nothing is found.
        """
        reached = ErasedObject.objects.using(self.using).filter(erasure=self.erasure)
        before = reached.count()
        for batch in without_rows(self.using):
            self._withhold(batch, {})
        self._follow()
        self._look_through_bodies()
        self._follow()
        return reached.count() > before

    def _wait(self) -> None:
        """Wait for what began before the newest objects were known to be erased."""
        if not older_transactions.wait(self.using, self.patience):
            raise UnfinishedErasureError

    def _follow(self) -> None:
        """Go from the objects that are due to all that refers to them, and on from there."""
        due = tombstones.due(self.erasure, self.using)
        while last := due.aggregate(last=Max("pk"))["last"]:
            self._wait()
            while batch := list(due.filter(pk__lte=last)[:OBJECTS]):
                self._go_behind(batch)

    def _go_behind(self, objects: list[ErasedObject]) -> None:
        found = {tombstones.key(each): each.erasure_id for each in objects}
        for rows in behind(found, self.using):
            for batch in descent.batches(rows):
                self._withhold(batch, found)
        for attempt in retries.transactions(self.using):
            with attempt:
                cleared = self._clear_traces(found)
                customers = [each.stripe_id for each in objects if each.object_name == CUSTOMER]
                tombstones.remove_customers(customers, self.using)
                tombstones.finish(objects, self.using)
        for name, number in cleared.items():
            self.note(name, Counter(rows=number, values=number))

    def _clear_traces(self, found: Iterable[ObjectKey]) -> Counter[str]:
        cleared: Counter[str] = Counter()
        for trace in traces_of(found, self.using):
            cleared[trace.name] += trace.rows.update(**trace.values)
        forget_snapshots(found, self.using)
        return cleared

    def _withhold(self, batch: QuerySet, found: dict[ObjectKey, int]) -> None:
        name = batch.model.stripe.object_name
        for attempt in retries.transactions(self.using):
            with attempt:
                _, counts = descent.withhold(batch, found, self.known, self.using)
        self.note(name, counts)

    def _look_through_json(self) -> None:
        """What names the customer in JSON alone: events without a row of their object, copies."""
        customer = tombstones.due(self.erasure, self.using).filter(object_name=CUSTOMER).first()
        if customer is None:  # a former run has come further
            return
        found = {tombstones.key(customer): customer.erasure_id}
        for batch in naming(customer.stripe_id, self.using):
            self._withhold(batch, found)

    def _look_through_bodies(self) -> None:
        """The events of the inbox that are not stored as objects."""
        self._wait()
        rows = InboxEvent.objects.using(self.using).exclude(body="")
        for batch in keyset.batches(rows):
            keys = [event.pk for event in batch]
            for attempt in retries.transactions(self.using):
                with attempt:
                    number = sum(map(self._withhold_body, all_locked(rows.filter(pk__in=keys))))
            self.note("inbox event", Counter(rows=number, values=number))

    def _withhold_body(self, event: InboxEvent) -> bool:
        payload = bodies.decoded(event.body)
        less = bodies.withheld(payload, event.platform, self.mine, self.using)
        if less == payload:
            return False
        changes = {"body": bodies.encoded(less)}
        if event.status in FAILED:
            changes["reason"] = REMOVED
        InboxEvent.objects.using(self.using).filter(pk=event.pk).update(**changes)
        return True

    def note(self, name: str, counts: Counter[str]) -> None:
        """Add to the report and to the erasure's own counts."""
        if not counts["rows"]:
            return
        self.report.add(name, counts)
        self.progress(name, counts["rows"])
        rows = Erasure.objects.using(self.using).filter(pk=self.erasure.pk)
        known = rows.values_list("counts", flat=True).first() or {}
        before = known.get(name, {})
        total = {each: before.get(each, 0) + counts[each] for each in ("rows", "values")}
        rows.update(counts={**known, name: total})


def behind(found: Iterable[ObjectKey], using: str) -> Iterator[QuerySet]:
    """The rows of some objects, those that refer to them, and the events about them."""
    found = list(found)
    yield from descent.themselves(found, using)
    yield from descent.referring(found, using)
    yield from descent.about(found, using)
