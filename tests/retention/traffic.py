"""Days of a business, as events that are applied, with pruning at the end of each day.

The tables grow to a bound, which is stated here: ``Month.bounds``.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.db.models import QuerySet
from django.utils import timezone

from stripe_django import registry, retention
from stripe_django.models import Event, HandlerRun, InboxEvent
from stripe_django.sync.events import batches, store
from stripe_django.testing import payload

A_DAY = timedelta(days=1)
KEEP = {"inbox": 31, "bodies": 7, "handlers": 31, "events": 7}
CUSTOMERS = 2_000
HANDLED = "invoice.paid"

# What happens in ten events: an order that is invoiced and paid, and what goes on beside it. A new
# object has the number of the order, others are of the customer.
ORDER = (
    ("invoice.created", "invoice", "new"),
    ("invoice.finalized", "invoice", "new"),
    ("payment_intent.created", "payment_intent", "new"),
    ("payment_intent.succeeded", "payment_intent", "new"),
    ("charge.succeeded", "charge", "new"),
    ("invoice.paid", "invoice", "new"),
    ("customer.subscription.updated", "subscription", "old"),
    ("customer.updated", "customer", "old"),
    ("customer.updated", "customer", "old"),
    ("invoiceitem.deleted", "invoiceitem", "new"),
)
PREFIX = {"invoice": "in", "payment_intent": "pi", "charge": "ch", "subscription": "sub"}


def moment(event):
    return datetime.fromtimestamp(event["created"], UTC)


@dataclass
class Month:
    """``rate`` events on each of so many days, of which the last one ends at ``now``."""

    rate: int
    days: int
    now: datetime
    shapes: dict = field(default_factory=dict)
    is_bulk: bool = False
    number: int = 0
    sizes: list = field(default_factory=list)

    def run(self, watch=lambda day: None):
        end = self.now
        for day in range(self.days):
            self.now = end - (self.days - 1 - day) * A_DAY
            with mock.patch.object(timezone, "now", return_value=self.now):
                self.receive()
                retention.prune()
            self.sizes.append({model.__name__: model.objects.count() for model in self.bounds()})
            watch(day)

    def receive(self):
        """The events of the day before now, many at a time."""
        step = A_DAY / self.rate
        for start in range(0, self.rate, batches.SIZE):
            numbers = range(start, min(start + batches.SIZE, self.rate))
            events = [self.event(self.now - A_DAY + index * step) for index in numbers]
            (self.write if self.is_bulk else self.apply)(events)

    def apply(self, events):
        """As after a poll, which has stored them."""
        found = []
        for said in events:
            event = store.received(said, sent_at=moment(said))
            event.body = json.dumps(said)
            found.append(event)
        InboxEvent.objects.bulk_create(found)
        batches.process([each.event_id for each in found])

    def write(self, events):
        """The rows of events that were applied and whose handlers ran, in a tenth of the time.

        Objects have rows with an id and little else.
        """
        now = {"synced_at": self.now}
        found = [self.row_of(said) for said in events]
        QuerySet(Event).bulk_create(found)
        for name in {each.object_name for each in found}:
            model = registry.model_of({"object": name})
            ids = {each.object_id for each in found if each.object_name == name}
            rows = [model(stripe_id=each, **now) for each in sorted(ids)]
            QuerySet(model).bulk_create(rows, ignore_conflicts=True)
        done = {"attempts": 1, "finished_at": self.now}
        InboxEvent.objects.bulk_create(
            InboxEvent(
                event_id=each.stripe_id,
                type=each.type,
                object_name=each.object_name,
                object_id=each.object_id,
                status="applied",
                sent_at=each.created,
                **done,
            )
            for each in found
        )
        HandlerRun.objects.bulk_create(
            HandlerRun(event_id=each.stripe_id, handler="business.paid", status="done", **done)
            for each in found
            if each.type == HANDLED
        )

    def row_of(self, said):
        created = moment(said)
        return Event(
            stripe_id=said["id"],
            type=said["type"],
            object_name=said["data"]["object"]["object"],
            object_id=said["data"]["object"]["id"],
            data=said["data"],
            api_version=said["api_version"],
            pending_webhooks=1,
            livemode=False,
            created=created,
            as_of=created,
            as_of_kind="event",
            digest=f"{self.number:032d}",
            synced_at=self.now,
        )

    def event(self, created):
        kind, name, which = ORDER[self.number % len(ORDER)]
        order = self.number // len(ORDER)
        shown = self.shapes.setdefault(name, payload(name))
        number = order if which == "new" else order % CUSTOMERS
        shown = shown | {"id": f"{PREFIX.get(name, name[:3])}_{number:014d}", "livemode": False}
        if name == "invoice":
            shown["lines"] = {"object": "list", "data": [], "has_more": False}
        shown["metadata"] = {"event": str(self.number)}
        self.number += 1
        return {
            "id": f"evt_{self.number:020d}",
            "object": "event",
            "type": kind,
            "created": int(created.timestamp()),
            "livemode": False,
            "api_version": "2026-10-28.endive",
            "data": {"object": shown},
        }

    def fill_inbox(self, part=5_000):
        """As many days before as the inbox keeps, as if their events had been applied."""
        count = self.rate * KEEP["inbox"]
        first = self.now - (self.days + KEEP["inbox"]) * A_DAY
        for start in range(0, count, part):
            numbers = range(start, min(start + part, count))
            times = {each: first + A_DAY / self.rate * each for each in numbers}
            events = [
                InboxEvent(
                    event_id=f"evt_before_{number:012d}",
                    type=ORDER[number % len(ORDER)][0],
                    object_name=ORDER[number % len(ORDER)][1],
                    object_id=f"before_{number:014d}",
                    status="applied",
                    attempts=1,
                    received_at=at,
                    sent_at=at,
                    finished_at=at,
                )
                for number, at in times.items()
            ]
            field = InboxEvent._meta.get_field("received_at")
            field.auto_now_add = False
            try:
                InboxEvent.objects.bulk_create(events)
            finally:
                field.auto_now_add = True
            HandlerRun.objects.bulk_create(
                HandlerRun(
                    event_id=each.event_id,
                    handler="business.paid",
                    status="done",
                    attempts=1,
                    finished_at=each.finished_at,
                )
                for each in events
                if each.type == HANDLED
            )

    def bounds(self):
        """The most rows that a table has after pruning: those of the time that it keeps, of the
        day that is not over, and of the events one for each object that had an earlier one.
        """
        handled = sum(kind == HANDLED for kind, *_ in ORDER) * self.rate // len(ORDER)
        orders = self.rate // len(ORDER) * (self.days - KEEP["events"])  # before the limit
        of_order = {name for kind, name, which in ORDER if which == "new"} - {"invoiceitem"}
        of_customer = {name for _, name, which in ORDER if which == "old"}
        bases = orders * len(of_order) + min(orders, CUSTOMERS) * len(of_customer)
        return {
            InboxEvent: self.rate * (KEEP["inbox"] + 1),
            HandlerRun: handled * (KEEP["handlers"] + 1),
            Event: self.rate * (KEEP["events"] + 1) + bases,
        }
