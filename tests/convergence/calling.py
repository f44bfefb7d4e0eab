"""Histories in which the project sends requests of its own, played."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import stripe
from django.db import transaction

from stripe_django import client
from stripe_django.api import observed_client
from stripe_django.sync import open_writes
from stripe_django.sync.responses import observer

from ..posting import START
from .calls import Call
from .histories import History
from .playing import Play

SERVICES = {
    "coupon": "coupons",
    "customer": "customers",
    "plan": "plans",
    "promotion_code": "promotion_codes",
    "subscription": "subscriptions",
}
VALUES: dict[str, dict[str, Any]] = {
    "coupon": {"amount_off": 500, "currency": "eur", "duration": "once"},
    "plan": {"amount": 900, "currency": "eur", "interval": "month", "product": "prod_1"},
}
EVERYTHING = {"query": '-metadata["state"]:"none"'}

observe = observer.observe


class RolledBack(Exception):
    """The project's transaction ends."""


@dataclass
class Sending:
    """A request that is under way; ``lost`` counts the responses that are still to be lost."""

    call: Call
    lost: int


class Calling(Play):
    """A response is written as long after it came as the history says, in a transaction."""

    def __init__(self, history: History) -> None:
        super().__init__(history)
        self._sending: list[Sending] = []
        self.fake.after_change = self._after_change

    def run(self) -> None:
        with patch.object(observer, "observe", self._observe):
            super().run()

    def _call(self, call: Call) -> None:
        is_here = call.kind in self.life.past and call.kind not in self.life.gone
        if is_here is (call.verb == "create"):
            return
        for seconds in call.again:
            self.theirs.put(START + call.at + seconds, partial(self._send, call))
        self._send(call)

    def _send(self, call: Call) -> None:
        with self._requesting(call), suppress(stripe.StripeError):
            request(call, self.life.id_of(call.kind), f"{call} {self.life.suffix}")

    @contextmanager
    def _requesting(self, call: Call) -> Iterator[None]:
        clock = self._clock_of(call.process)
        self._sending.append(Sending(call, call.lost))
        with ExitStack() as stack:
            stack.enter_context(patch.object(self.fake, "takes", call.takes))
            stack.enter_context(patch.object(self.fake._engine, "search_lag", call.lag))
            stack.enter_context(patch.object(self, "_lag_of_look", 0.0))
            stack.enter_context(patch.object(observed_client, "clock_of", clock))
            yield
        self._sending.pop()

    def _after_change(self) -> bool:
        """Note what a request has changed; returns whether its response is lost."""
        sending = self._sending[-1]
        call = sending.call
        for told in self.life.note_request(call):
            for delay in call.arrivals:
                step = partial(self._hear, f"_by_{self.history.way}", told.event)
                self.ours.put(self.seconds() + delay, step)
        sending.lost -= 1
        return sending.lost >= 0

    def _observe(self, sent: Any, response: Any) -> None:
        call = self._sending[-1].call
        self.ours.put(self.seconds() + call.delay, partial(write_response, call, sent, response))


def write_response(call: Call, sent: Any, response: Any) -> None:
    """Write it as a process does whose request ends then."""
    with suppress(RolledBack):
        if not call.transaction:
            observe(sent, response)
            return
        with transaction.atomic():
            observe(sent, response)
            if call.transaction == "rolled back":
                raise RolledBack
    open_writes.collect()


def request(call: Call, stripe_id: str, key: str) -> None:
    """Send it. Raises ``stripe.StripeError``."""
    service: Any = getattr(client.v1, SERVICES[call.kind])
    options = {"idempotency_key": key}
    metadata = {"metadata": {"state": call.state}}
    if call.verb == "create":
        service.create({"id": stripe_id, **VALUES[call.kind], **metadata}, options)
    elif call.verb == "update":
        service.update(stripe_id, metadata, options)
    elif call.verb == "delete":
        (service.cancel if call.kind == "subscription" else service.delete)(stripe_id)
    elif call.verb == "retrieve":
        service.retrieve(stripe_id)
    else:
        found = service.search(EVERYTHING) if call.verb == "search" else service.list()
        list(found.auto_paging_iter())
