"""``FakeStripe``: the public entry point of the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Self
from urllib.parse import urlsplit

from .api import RequestHandler
from .control import Control, is_live
from .events import Cause
from .fault_control import FaultControl
from .faults import Transmission
from .http import form_encoding, patching, server
from .http.protocol import FORBIDDEN, UNAUTHORISED, Headers, Request, RequestError, Response
from .http.transport import FakeHTTPClient
from .replays import Replays
from .store import Namespace

NUMBERS = count(1)


class FakeStripe(Control, FaultControl):
    """A Stripe in this process: it stores objects, responds to the SDK, and emits events.

    Use it ``with fake.installed():``, or give ``fake.http_client`` to a ``stripe.StripeClient``.
    ``requests`` has all requests, the oldest first. ``key`` is the API key that it accepts;
    live mode (``sk_live_…``) and test mode have separate objects. ``account_id`` is the account
    of that key, and ``webhook_secret`` signs its webhooks.
    """

    def __init__(self, *, key: str = "sk_test_of_the_fake") -> None:
        Control.__init__(self, key)
        FaultControl.__init__(self)
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
        """Replace Stripe for this package and for code that uses the SDK's defaults.

        A ``stripe.StripeClient`` that was created before still connects to Stripe.
        """
        with patching.installed(
            self._send, self.key, self.webhook_secret, self._address, self._engine.clock
        ):
            yield self

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve over HTTP on the loopback interface; yields the address, for ``API_BASE``."""
        with server.serving(self._send) as address:
            yield address

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == path]

    def before_answers(self, do: Callable[[Request], object]) -> None:
        """Call ``do(request)`` before each response; it may change the fake, or send requests.

        A test can change with it what exists between two pages of a list.
        """
        self._before.append(do)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> Transmission:
        with self._engine.lock:
            request = self._request(method, url, Headers(headers), content)
            self.requests.append(request)
            request_id = f"req_{len(self.requests):014}"
        for do in self._before:  # without the lock, for what waits for another thread
            do(request)
        with self._engine.lock:
            fault = self._fault_of(request)
            response = fault.response if fault else None
            if response is None:
                with self._engine.caused_by(Cause(request_id, request.idempotency_key)):
                    response = self._response(request, request_id)
            response = self._with_headers(response, request_id)
            return fault.transmission(response) if fault else Transmission(response)

    def _request(self, method: str, url: str, headers: Headers, content: bytes) -> Request:
        parts = urlsplit(url)
        params = form_encoding.decode(parts.query)
        params |= form_encoding.body(content, headers.get("Content-Type", ""))
        return Request(method.upper(), parts.path, params, headers, self.now)

    def _response(self, request: Request, request_id: str) -> Response:
        """The response without a fault; a repeated request gets the first one's response."""
        try:
            handler = self._handler(request)
            replayed = self._replays.find(request, self.key)
            match = handler.match()
        except RequestError as error:  # nothing was done yet, so a retry may succeed
            return error.response
        if replayed is not None:
            return replayed
        try:
            response = Response(handler.body(match))
        except RequestError as error:
            response = error.response
        self._replays.store(request, self.key, response, request_id)
        return response

    def _handler(self, request: Request) -> RequestHandler:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise RequestError(UNAUTHORISED, "That is not the API key of this fake.")
        account = "" if request.account == self.account_id else request.account
        if account and account not in self._engine.store.accounts:
            message = f"The fake has no account {account!r}."
            raise RequestError(FORBIDDEN, message, code="account_invalid")
        return RequestHandler(
            self._engine, self.account_id, request, Namespace(account, is_live(self.key))
        )

    def _with_headers(self, response: Response, request_id: str) -> Response:
        usual = {
            "Date": self._engine.clock.date,
            "Content-Type": "application/json",
            "Request-Id": request_id,
        }
        return Response(response.body, response.status, {**usual, **response.headers})
