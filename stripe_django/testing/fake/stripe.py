"""``FakeStripe``, the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Self
from urllib.parse import urlsplit

from .api import Exchange
from .control import State, is_live
from .events import Cause
from .fault_control import Misbehaving
from .faults import Reply
from .http import form_encoding, patching, server
from .http.messages import FORBIDDEN, UNAUTHORISED, Answer, Headers, Refusal, Request
from .http.transport import FakeHTTPClient
from .replays import Replays
from .store import Place

NUMBERS = count(1)


class FakeStripe(State, Misbehaving):
    """A Stripe in this process: it keeps objects, answers the SDK, and tells of what happens.

    Use it ``with fake.installed():``, or give ``fake.http_client`` to a ``stripe.StripeClient``.
    ``requests`` are those it has had, the oldest first. ``key`` is the API key that it takes;
    with one for live mode (``sk_live_…``) it shows other objects than with one for test mode.
    ``account_id`` is that key's own account, ``webhook_secret`` what its webhooks are signed with.
    """

    def __init__(self, *, key: str = "sk_test_of_the_fake") -> None:
        State.__init__(self, key)
        Misbehaving.__init__(self)
        self.account_id = "acct_0000000000000000"
        self.requests: list[Request] = []
        self._before: list[Callable[[Request], object]] = []
        self._replays = Replays()
        self._address = f"https://{next(NUMBERS)}.stripe.invalid"

    @property
    def http_client(self) -> FakeHTTPClient:
        """For ``stripe.StripeClient(fake.key, http_client=fake.http_client)``."""
        return FakeHTTPClient(self._send)

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """In place of Stripe, for this package and for what uses the SDK's defaults.

        A ``stripe.StripeClient`` that was made before keeps its way to Stripe.
        """
        with patching.installed(self._send, self.key, self.webhook_secret, self._address):
            yield self

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Over HTTP on the loopback interface; yields the address, for ``API_BASE``."""
        with server.serving(self._send) as address:
            yield address

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == path]

    def before_answers(self, do: Callable[[Request], object]) -> None:
        """Call ``do(request)`` before each answer; it may change the fake, or send requests.

        So a test can change what exists between two pages of a list.
        """
        self._before.append(do)

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        with self._world.lock:
            request = self._request(method, url, Headers(headers), content)
            self.requests.append(request)
            request_id = f"req_{len(self.requests):014}"
        for do in self._before:  # without the lock, for what waits for another thread
            do(request)
        with self._world.lock:
            fault = self._fault_of(request)
            answer = fault.answer if fault else None
            if answer is None:
                with self._world.caused_by(Cause(request_id, request.idempotency_key)):
                    answer = self._answer(request, request_id)
            answer = self._with_headers(answer, request_id)
            return fault.reply(answer) if fault else Reply(answer)

    def _request(self, method: str, url: str, headers: Headers, content: bytes) -> Request:
        parts = urlsplit(url)
        params = form_encoding.decode(parts.query)
        params |= form_encoding.body(content, headers.get("Content-Type", ""))
        return Request(method.upper(), parts.path, params, headers, self.now)

    def _answer(self, request: Request, request_id: str) -> Answer:
        """What comes if nothing goes wrong; a repeated request gets the first one's answer."""
        try:
            exchange = self._exchange(request)
            replayed = self._replays.find(request, self.key)
            match = exchange.match()
        except Refusal as refusal:  # before anything was done, so that it is no answer to repeat
            return refusal.answer
        if replayed is not None:
            return replayed
        try:
            answer = Answer(exchange.answer(match))
        except Refusal as refusal:
            answer = refusal.answer
        self._replays.keep(request, self.key, answer, request_id)
        return answer

    def _exchange(self, request: Request) -> Exchange:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise Refusal(UNAUTHORISED, "That is not the API key of this fake.")
        account = "" if request.account == self.account_id else request.account
        if account and account not in self._world.store.accounts:
            message = f"The fake has no account {account!r}."
            raise Refusal(FORBIDDEN, message, code="account_invalid")
        return Exchange(self._world, self.account_id, request, Place(account, is_live(self.key)))

    def _with_headers(self, answer: Answer, request_id: str) -> Answer:
        usual = {
            "Date": self._world.clock.date,
            "Content-Type": "application/json",
            "Request-Id": request_id,
        }
        return Answer(answer.body, answer.status, {**usual, **answer.headers})
