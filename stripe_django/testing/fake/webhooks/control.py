"""How events reach the endpoints of the project under test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..engine import Engine
from ..params import copied
from ..store import Record
from . import signing
from .queue import DeliveryQueue
from .signing import Deliveries


class DeliveryControl:
    """Webhooks, to Django's test client or over HTTP."""

    _engine: Engine

    def __init__(self) -> None:
        self.webhook_secret = "whsec_of_the_fake"

    def webhooks(self, secret: str = "", *, signed_at: float | None = None) -> Deliveries:
        """The events since the last call, the oldest first, as signed requests.

        They are signed at Unix time ``signed_at``: by default now by this machine's clock, or
        endpoints would refuse what a fake of another time sends.
        """
        with self._engine.lock:
            events = [self._serialized(record) for record in self._engine.undelivered]
            self._engine.undelivered.clear()
        return signing.deliveries(events, secret or self.webhook_secret, signed_at)

    def deliver(self, client: Any, path: str, secret: str = "") -> list[Any]:
        """Send these with Django's test client, and return the responses.

        An event whose response is no success, or raises, is among the next ones again.
        """
        with self._engine.lock:
            events = self._engine.undelivered.copy()
        responses = []
        for event in events:
            [delivery] = signing.deliveries(
                [self._serialized(event)], secret or self.webhook_secret
            )
            response = delivery.post(client, path)
            responses.append(response)
            if 200 <= response.status_code < 300:
                with self._engine.lock:
                    self._engine.undelivered.remove(event)
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
        queue = DeliveryQueue(self._engine, self.webhook_secret, retry_after, workers, timeout)
        usual, self._engine.outbox = self._engine.outbox, queue.add
        queue.start()
        try:
            yield queue
        finally:
            self._engine.outbox = usual
            queue.close()

    def _serialized(self, record: Record) -> dict[str, Any]:
        shown: dict[str, Any] = copied(self._engine.serializer.serialize(record))
        return shown
