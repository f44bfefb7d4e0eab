"""The state of the fake, and every change of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

from stripe_django import testing
from stripe_django.sdk.annotations import Kind
from stripe_django.testing.deterministic import Draw
from stripe_django.testing.payment_status import payment_status

from . import events, schema
from .clock import Clock, written
from .events import Cause
from .hosted import Hosted
from .params import previous
from .search.results import LAG
from .serialization import Serializer
from .store import Namespace, Record, Store, id_of

DELETED, CREATED, UPDATED = "deleted", "created", "updated"


class Home(Protocol):
    """An account with keys of its own; its objects are in the namespace called ``own``."""

    account_id: str
    own: str

    def receive(self, event: Record) -> None: ...


class Engine:
    """The objects, their events, and the clock. Callers hold ``lock``.

    Ids begin at the number ``first``. ``homes`` are the accounts with keys of their own.
    ``address`` is where the fake is served over HTTP, if it is, and ``hosted`` are the pages of
    the accounts that have any.
    """

    def __init__(self, first: int = 1) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.store = Store(self.clock)
        self.serializer = Serializer(self.store)
        self.homes: list[Home] = []
        self.search_lag = LAG
        self.address = ""
        self.hosted: dict[Namespace, Hosted] = {}
        self._cause = Cause()
        self._seeds = count(first)
        self._events = count(first)

    def name_of(self, account: str) -> str:
        """What namespaces call the account with an id."""
        return next((each.own for each in self.homes if each.account_id == account), account)

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        """The events of this block name the request."""
        before, self._cause = self._cause, cause
        try:
            yield
        finally:
            self._cause = before

    def new_payload(
        self, name: str, namespace: Namespace, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A new payload of an object in that namespace, created now."""
        known = schema.fields(name)
        given: dict[str, Any] = {}
        if "livemode" in known:
            given["livemode"] = namespace.livemode
        if "created" in known:
            given["created"] = self._now(known["created"].kind)
        clock = self._clock_of_customer(namespace, values) if "test_clock" in known else ""
        if clock:
            given["test_clock"] = clock
        seed = next(self._seeds)
        payload = testing.payload(name, seed=seed, **{**given, **values})
        for key in schema.only_at_creation(name):
            payload[key] = payload[key] or f"whsec_{Draw(seed, key).text(32)}"
        return payload

    def _clock_of_customer(self, namespace: Namespace, values: Mapping[str, Any]) -> str:
        customer = self.store.get(namespace, ("customer",), id_of(values.get("customer")))
        return id_of(customer.payload.get("test_clock")) if customer else ""

    def _now(self, kind: Kind) -> Any:
        now = self.clock.now
        return int(now.timestamp()) if kind is Kind.INTEGER else written(now)

    def create(
        self,
        name: str,
        namespace: Namespace,
        values: Mapping[str, Any],
        within: str = "",
        event: str = "",
    ) -> Record:
        """Create an object, and emit its event."""
        record = self.store.put(self.new_payload(name, namespace, values), namespace, within)
        self.record_event(record, CREATED, event, {"status": None})
        return record

    def update(self, record: Record, changes: Mapping[str, Any], event: str = "") -> Record:
        """Change an object, and emit its event unless nothing is different."""
        if record.name == "checkout.session" and "status" in changes:
            status = payment_status({**record.payload, **changes})
            changes = {"payment_status": status, **changes}
        before, payload = self.serializer.serialize(record), record.payload
        changed = self.store.update(record, changes)
        difference = previous(before, self.serializer.serialize(changed))
        if difference or event or changed.payload != payload:
            self.record_event(changed, UPDATED, event, difference, difference)
        return changed

    def delete(self, record: Record, event: str = "") -> None:
        """Replace an object by its stub, and emit its event."""
        self.record_event(record, DELETED, event)
        self.store.delete(record)

    def record_event(
        self,
        record: Record,
        verb: str,
        event: str = "",
        changed: Mapping[str, Any] = {},
        previous: Mapping[str, Any] = {},
    ) -> None:
        """Emit the event of a change, if Stripe has a type of event for it."""
        if type := event or events.type_of(record, verb, changed):
            self.emit(type, record, previous)

    def emit(self, type: str, record: Record, previous: Mapping[str, Any] = {}) -> Record:
        """Emit an event that shows an object as it is now."""
        number, now = next(self._events), self.clock.now
        account = record.namespace.account
        if any(home.own == account for home in self.homes):  # to which it is none of others
            account = ""
        if record.name.startswith("v2."):
            payload = events.thin(number, now, type, record, account, self._cause)
        else:
            shown = self.serializer.serialize(record)
            payload = events.snapshot(
                number,
                now,
                type,
                Namespace(account, record.namespace.livemode),
                shown,
                previous,
                self._cause,
            )
        stored = self.store.put(payload, record.namespace)
        for home in self.homes:
            home.receive(stored)
        return stored

    @staticmethod
    def mark_delivered(event: Record) -> None:
        """Count one endpoint less in the event's ``pending_webhooks``."""
        pending = event.payload.get("pending_webhooks", 0)
        if pending:
            event.payload = {**event.payload, "pending_webhooks": pending - 1}
