"""What exists at the fake, and what happens to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from stripe_django import testing
from stripe_django.sdk.annotations import Kind
from stripe_django.testing.deterministic import Draw
from stripe_django.testing.payment_status import payment_status

from . import events, schema
from .clock import Clock, written
from .events import Cause
from .params import previous
from .search.results import LAG
from .serialization import Showing
from .store import Place, Record, Store, id_of

DELETED, CREATED, UPDATED = "deleted", "created", "updated"


class World:
    """The objects, the events about them, and the time. One thread at a time, by its ``lock``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.store = Store(self.clock)
        self.showing = Showing(self.store)
        self.undelivered: list[Record] = []
        self.search_lag = LAG
        self.outbox: Callable[[Record], None] = self.undelivered.append
        self._cause = Cause()
        self._seeds = count(1)
        self._events = count(1)

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        """The events of this block name the request."""
        before, self._cause = self._cause, cause
        try:
            yield
        finally:
            self._cause = before

    def made(self, name: str, place: Place, values: Mapping[str, Any]) -> dict[str, Any]:
        """A new payload of an object of that place, created now."""
        known = schema.fields(name)
        given: dict[str, Any] = {}
        if "livemode" in known:
            given["livemode"] = place.livemode
        if "created" in known:
            given["created"] = self._now(known["created"].kind)
        clock = self._clock_of_customer(place, values) if "test_clock" in known else ""
        if clock:
            given["test_clock"] = clock
        seed = next(self._seeds)
        payload = testing.payload(name, seed=seed, **{**given, **values})
        for key in schema.only_at_creation(name):
            payload[key] = payload[key] or f"whsec_{Draw(seed, key).text(32)}"
        return payload

    def _clock_of_customer(self, place: Place, values: Mapping[str, Any]) -> str:
        customer = self.store.get(place, ("customer",), id_of(values.get("customer")))
        return id_of(customer.payload.get("test_clock")) if customer else ""

    def _now(self, kind: Kind) -> Any:
        now = self.clock.now
        return int(now.timestamp()) if kind is Kind.INTEGER else written(now)

    def create(
        self, name: str, place: Place, values: Mapping[str, Any], within: str = "", event: str = ""
    ) -> Record:
        """A new object, and its event."""
        record = self.store.put(self.made(name, place, values), place, within)
        self.happened(record, CREATED, event, {"status": None})
        return record

    def update(self, record: Record, changes: Mapping[str, Any], event: str = "") -> Record:
        """Change an object; an event says so unless nothing is different."""
        if record.name == "checkout.session" and "status" in changes:
            status = payment_status({**record.payload, **changes})
            changes = {"payment_status": status, **changes}
        before, payload = self.showing.show(record), record.payload
        changed = self.store.update(record, changes)
        difference = previous(before, self.showing.show(changed))
        if difference or event or changed.payload != payload:
            self.happened(changed, UPDATED, event, difference, difference)
        return changed

    def delete(self, record: Record, event: str = "") -> None:
        """Leave a stub of an object, and tell how it was."""
        self.happened(record, DELETED, event)
        self.store.delete(record)

    def happened(
        self,
        record: Record,
        verb: str,
        event: str = "",
        changed: Mapping[str, Any] = {},
        previous: Mapping[str, Any] = {},
    ) -> None:
        """Keep the event of what happened to an object, if Stripe has one for that."""
        if type := event or events.type_of(record, verb, changed):
            self.emit(type, record, previous)

    def emit(self, type: str, record: Record, previous: Mapping[str, Any] = {}) -> Record:
        """An event about an object as it is."""
        number, now = next(self._events), self.clock.now
        if record.name.startswith("v2."):
            told = events.thin(number, now, type, record, self._cause)
        else:
            shown = self.showing.show(record)
            told = events.snapshot(number, now, type, record.place, shown, previous, self._cause)
        stored = self.store.put(told, record.place)
        self.outbox(stored)
        return stored

    @staticmethod
    def mark_delivered(event: Record) -> None:
        """One endpoint less has still to accept an event."""
        pending = event.payload.get("pending_webhooks", 0)
        if pending:
            event.payload = {**event.payload, "pending_webhooks": pending - 1}
