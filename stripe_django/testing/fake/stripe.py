"""``FakeStripe``: the public entry point of the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit
from zlib import crc32

from . import routes
from .accounts.account import Account
from .accounts.authentication import Caller, Organization, caller_of
from .api import RequestHandler
from .engine import Engine
from .events import Cause
from .faults.control import FaultControl
from .faults.declines import declined
from .faults.fault import Fault, Transmission
from .hosted import is_page, page_of
from .http import form_encoding, server
from .http.patching import Entry
from .http.protocol import Headers, Request, RequestError, Response
from .replays import Replays
from .routes import Match

NUMBERS = count(1)
KEY = "sk_test_of_the_fake"
IDS_OF_A_KEY = 10**6  # from one fake's first id to another's: Stripe has each id once


class FakeStripe(Account, FaultControl):
    """A Stripe in this process: it stores objects, responds to the SDK, and emits events.

    Use it ``with fake.installed():``, or give ``fake.http_client`` to a ``stripe.StripeClient``.
    ``requests`` has all requests, the oldest first. ``key`` is the API key that it accepts;
    live mode (``sk_live_…``) and test mode have separate objects. ``account_id`` is the account
    of that key, and ``webhook_secret`` signs its webhooks. ``account()`` adds other accounts.
    """

    def __init__(self, *, key: str = KEY) -> None:
        first = 1 if key == KEY else 1 + crc32(key.encode()) * IDS_OF_A_KEY
        address = f"https://{next(NUMBERS)}.stripe.invalid"
        Account.__init__(
            self,
            Engine(first),
            Entry(self._send, address, self._knows),
            "acct_0000000000000000",
            own="",
            key=key,
            secret="whsec_of_the_fake",
        )
        FaultControl.__init__(self)
        self.requests: list[Request] = []
        self._accounts: list[Account] = [self]
        self._organizations: list[Organization] = []
        self._before: list[Callable[[Request], object]] = []
        self._replays = Replays()

    # Accounts

    def account(self, account_id: str, /, *, key: str = "", secret: str = "") -> Account:
        """Add an account that has nothing to do with the others but the address and the time.

        It has its own ``key``, objects, events, webhook endpoints and connected accounts.
        ``secret`` signs its webhooks. Raises ``ValueError`` for an id or a key that is taken.
        """
        key = key or f"sk_test_of_{account_id}"
        if self._knows(key) or any(each.account_id == account_id for each in self._accounts):
            raise ValueError(f"{account_id!r} or its key is there already.")
        secret = secret or f"whsec_of_{account_id}"
        account = Account(
            self._engine, self._entry, account_id, own=account_id, key=key, secret=secret
        )
        self._accounts.append(account)
        return account

    def organization(self, key: str, *accounts: Account) -> Organization:
        """Add a key (``sk_org_…``) that reaches these accounts, each by ``Stripe-Context``."""
        if self._knows(key):
            raise ValueError("The key is there already.")
        organization = Organization(key, [*accounts])
        self._organizations.append(organization)
        return organization

    def _knows(self, key: str) -> bool:
        is_of_several = any(each.key == key for each in self._organizations)
        return is_of_several or any(key == each.key or key in each.keys for each in self._accounts)

    # Requests

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve over HTTP on the loopback interface, without a ``port`` on a free one.

        Yields the address, for ``API_BASE``. Browsers find the hosted pages there.
        """
        routes.load()
        with server.serving(self._send, port) as address:
            before, self._engine.address = self._engine.address, address
            try:
                yield address
            finally:
                self._engine.address = before

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
            for hosted in self._engine.hosted.values():
                hosted.catch_up()
            request = self._request(method, url, Headers(headers), content)
            if is_page(request):
                return Transmission(page_of(request, self._engine.hosted.values()))
            self.requests.append(request)
            request_id = f"req_{len(self.requests):014}"
        for do in self._before:  # without the lock, for what waits for another thread
            do(request)
        with self._engine.lock:
            fault = self._fault_of(request)
            response = fault.instead if fault else None
            if response is None:
                with self._engine.caused_by(Cause(request_id, request.idempotency_key)):
                    response = self._response(request, request_id, fault)
            response = self._with_headers(response, request_id)
            return fault.transmission(response) if fault else Transmission(response)

    def _request(self, method: str, url: str, headers: Headers, content: bytes) -> Request:
        parts = urlsplit(url)
        params = form_encoding.decode(parts.query)
        params |= form_encoding.body(content, headers.get("Content-Type", ""))
        try:
            account_id = self._caller(headers).account_id
        except RequestError:  # which is the response later
            account_id = ""
        return Request(method.upper(), parts.path, params, headers, self.now, account_id)

    def _caller(self, headers: Headers) -> Caller:
        return caller_of(headers, self._accounts, self._organizations)

    def _response(self, request: Request, request_id: str, fault: Fault | None) -> Response:
        """The response of a request that is carried out, or the one to the same request before."""
        try:
            caller = self._caller(request.headers)
            caller.check_permission(request.path)
            handler = RequestHandler(self._engine, caller, request)
            replayed = self._replays.find(request, caller.key)
            match = handler.match()
        except RequestError as error:  # nothing was done yet, so a retry may succeed
            return error.response
        if replayed is not None:
            return replayed
        try:
            response = self._performed(handler, match, fault)
        except RequestError as error:
            response = error.response
        self._replays.store(request, caller.key, response, request_id)
        return response

    @staticmethod
    def _performed(handler: RequestHandler, match: Match | None, fault: Fault | None) -> Response:
        if fault and fault.decline and match:
            declined(handler, match, fault.decline)
        response = Response(handler.body(match))
        return fault.response if fault and fault.response else response

    def _with_headers(self, response: Response, request_id: str) -> Response:
        usual = {
            "Date": self._engine.clock.date,
            "Content-Type": "application/json",
            "Request-Id": request_id,
        }
        return Response(response.body, response.status, {**usual, **response.headers})
