"""How to fill the fake, and how to change what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from . import schema, webhooks
from .delivery_queue import DeliveryQueue
from .engine import World
from .params import copied
from .searching import ALWAYS
from .serialization import tree
from .store import Place, Record
from .webhooks import Deliveries


class State:
    """Objects, events and time. Payloads that it returns are copies."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.webhook_secret = "whsec_of_the_fake"
        self._world = World()

    # Time

    @property
    def now(self) -> datetime:
        """The time at the fake (UTC): this machine's, until it is set; then it stands still.

        ``None`` lets it run with this machine's clock again.
        """
        return self._world.clock.now

    @now.setter
    def now(self, moment: datetime | float | None) -> None:
        self._world.clock.set(moment)

    def advance(self, **units: float) -> None:
        """Move the time on by ``seconds``, ``minutes``, ``hours``, ``days`` or ``weeks``."""
        self._world.clock.advance(timedelta(**units).total_seconds())

    @property
    def search_lag(self) -> float:
        """How many seconds of the fake's time searches are behind: 60, until it is set."""
        return self._world.search_lag

    @search_lag.setter
    def search_lag(self, seconds: float) -> None:
        self._world.search_lag = seconds

    # Objects

    def create(
        self, name: str, /, *, account: str = "", within: str = "", event: str = "", **values: Any
    ) -> dict[str, Any]:
        """A new object, such as ``create("customer", email="ann@example.com")``.

        It is what ``payload`` makes, with ``values``. It lives in the connected ``account``
        (``acct_…``); of an object that has a key of this name, such as a person, it is that key's
        value. ``within`` is the id of the object that it belongs to, where none of its keys says
        so. ``event`` is the type of its event, in place of the usual one.
        """
        with self._world.lock:
            if account and "account" in schema.fields(name):
                values["account"], account = account, ""
            owner = self._record(within) if within else None
            key = schema.reference_to(owner.name, name) if owner else None
            if key:
                values.setdefault(key, within)
            place = self._place(values, account)
            made = self._world.create(name, place, copied(values), within, event)
            shown: dict[str, Any] = copied(self._world.showing.show_created(made))
            return shown

    def add(self, *payloads: Mapping[str, Any], account: str = "", within: str = "") -> None:
        """Objects that were there before, without events; of the same second, later ones are
        newer.
        """
        with self._world.lock:
            for payload in payloads:
                place = self._place(payload, account)
                self._world.store.put(copied(payload), place, within, since=ALWAYS)

    def get(
        self,
        id: str,
        /,
        *,
        object: str = "",
        account: str | None = None,
        expand: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The object as a request with ``expand`` gets it now; its stub if it is deleted.

        ``object`` and ``account`` tell apart what has the same id. Raises ``LookupError``.
        """
        with self._world.lock:
            record = self._record(id, object, account)
            shown: dict[str, Any] = copied(self._world.showing.show(record, tree(list(expand))))
            return shown

    def update(
        self,
        id: str,
        /,
        *,
        object: str = "",
        account: str | None = None,
        event: str = "",
        **changes: Any,
    ) -> dict[str, Any]:
        """Replace the values of some keys. Raises ``LookupError``."""
        with self._world.lock:
            record = self._record(id, object, account)
            return self._shown(self._world.update(record, copied(changes), event))

    def delete(
        self, id: str, /, *, object: str = "", account: str | None = None, stub: bool = True
    ) -> None:
        """Delete an object; a read finds its stub, or nothing. Raises ``LookupError``."""
        with self._world.lock:
            record = self._record(id, object, account)
            self._world.delete(record)
            if not stub:
                self._world.store.remove(record)

    # Events

    def emit(
        self, event: str, id: str, /, *, object: str = "", account: str | None = None
    ) -> dict[str, Any]:
        """An event of any type about an object as it is. Raises ``LookupError``."""
        with self._world.lock:
            record = self._record(id, object, account)
            return self._shown(self._world.emit(event, record))

    def webhooks(self, secret: str = "", *, signed_at: float | None = None) -> Deliveries:
        """The events since the last call, the oldest first, as signed requests.

        They are signed at Unix time ``signed_at``: by default now by this machine's clock, or
        endpoints would refuse what a fake of another time sends.
        """
        with self._world.lock:
            events = [self._shown(record) for record in self._world.undelivered]
            self._world.undelivered.clear()
        return webhooks.deliveries(events, secret or self.webhook_secret, signed_at)

    def deliver(self, client: Any, path: str, secret: str = "") -> list[Any]:
        """Send these with Django's test client, and return the responses.

        An event whose response is no success, or raises, is among the next ones again.
        """
        with self._world.lock:
            events = self._world.undelivered.copy()
        responses = []
        for event in events:
            [delivery] = webhooks.deliveries([self._shown(event)], secret or self.webhook_secret)
            response = delivery.post(client, path)
            responses.append(response)
            if 200 <= response.status_code < 300:
                with self._world.lock:
                    self._world.undelivered.remove(event)
                    self._world.mark_delivered(event)
        return responses

    @contextmanager
    def delivering(
        self,
        *,
        retry_after: Sequence[float] = (0.1, 0.5, 2.0),
        workers: int = 8,
        timeout: float = 20.0,
    ) -> Iterator[DeliveryQueue]:
        """Post the events of this block to the webhook endpoints that the fake has, over HTTP.

        An endpoint is a ``webhook_endpoint`` whose ``status`` is ``enabled``; it gets the types
        in its ``enabled_events``, signed with its ``secret``. ``workers`` threads send, each
        waiting up to ``timeout`` seconds for the response. A delivery without success is
        retried after each of the seconds in ``retry_after``.
        """
        queue = DeliveryQueue(self._world, self.webhook_secret, retry_after, workers, timeout)
        usual, self._world.outbox = self._world.outbox, queue.add
        queue.start()
        try:
            yield queue
        finally:
            self._world.outbox = usual
            queue.close()

    def _shown(self, record: Record) -> dict[str, Any]:
        shown: dict[str, Any] = copied(self._world.showing.show(record))
        return shown

    def _place(self, payload: Mapping[str, Any], account: str) -> Place:
        livemode = payload.get("livemode")
        return Place(account, livemode if isinstance(livemode, bool) else is_live(self.key))

    def _record(self, id: str, object: str = "", account: str | None = None) -> Record:
        found = [
            record
            for record in self._world.store.records.get(id, {}).values()
            if object in ("", record.name) and account in (None, record.place.account)
        ]
        if len(found) != 1:
            raise LookupError(f"The fake has {len(found)} objects {id!r}.")
        return found[0]


def is_live(key: str) -> bool:
    return "_live_" in key[:9]
