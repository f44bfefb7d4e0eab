"""How events reach the endpoints of the project under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..engine import Engine
from ..params import copied
from ..store import Record
from . import signing
from .queue import DeliveryQueue
from .signing import Deliveries
from .targets import View


class DeliveryControl:
    """Webhooks, to Django's test client or over HTTP."""

    def __init__(self, engine: Engine, own: str, secret: str) -> None:
        self.webhook_secret = secret
        self._engine = engine
        self.own = own  # what namespaces call this account
        self._undelivered: list[Record] = []
        self._outbox: Callable[[Record], None] = self._undelivered.append

    def receive(self, event: Record) -> None:
        if self._engine.store.connections.has(self.own, event.namespace.account):
            self._outbox(event)

    def webhooks(self, secret: str = "", *, signed_at: float | None = None) -> Deliveries:
        """The events since the last call, the oldest first, as signed requests.

        They are signed at Unix time ``signed_at``: by default now by this machine's clock, or
        endpoints would refuse what a fake of another time sends.
        """
        with self._engine.lock:
            events = [self._received(record) for record in self._undelivered]
            self._undelivered.clear()
        return signing.deliveries(events, secret or self.webhook_secret, signed_at)

    def deliver(self, client: Any, path: str, secret: str = "") -> list[Any]:
        """Send these with Django's test client, and return the responses.

        An event whose response is no success, or raises, is among the next ones again.
        """
        with self._engine.lock:
            events = self._undelivered.copy()
        responses = []
        for event in events:
            [delivery] = signing.deliveries([self._received(event)], secret or self.webhook_secret)
            response = delivery.post(client, path)
            responses.append(response)
            if 200 <= response.status_code < 300:
                with self._engine.lock:
                    self._undelivered.remove(event)
                    self._engine.mark_delivered(event)
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
        view = View(self.own, self.webhook_secret)
        queue = DeliveryQueue(self._engine, view, retry_after, workers, timeout)
        usual, self._outbox = self._outbox, queue.add
        queue.start()
        try:
            yield queue
        finally:
            self._outbox = usual
            queue.close()

    def _received(self, event: Record) -> dict[str, Any]:
        return View(self.own, self.webhook_secret).of(event)

    def _serialized(self, record: Record) -> dict[str, Any]:
        shown: dict[str, Any] = copied(self._engine.serializer.serialize(record))
        return shown
