"""One account of the fake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from .. import routes
from ..control import Control, is_live
from ..engine import Engine
from ..hosted import Hosted
from ..http import patching
from ..http.patching import Entry
from ..http.transport import FakeHTTPClient
from ..store import Namespace, Record
from .keys import Keys

APPLICATION = "ca_0000000000000000"  # of every platform
DEAUTHORIZED = "account.application.deauthorized"


class Account(Control):
    """One of the accounts of a ``FakeStripe``, with its own keys, objects, events and endpoints.

    ``key`` is its API key, ``account_id`` its id, and ``webhook_secret`` signs its webhooks.
    Live mode (``sk_live_…``) and test mode have separate objects. The time, the faults and the
    list of requests are those of the ``FakeStripe``.
    """

    def __init__(
        self, engine: Engine, entry: Entry, account_id: str, *, own: str, key: str, secret: str
    ) -> None:
        Control.__init__(self, engine, own, key, secret)
        self.account_id = account_id
        self._entry = entry
        self.keys = Keys()
        engine.homes.append(self)

    # Ways in

    @property
    def http_client(self) -> FakeHTTPClient:
        """For ``stripe.StripeClient(fake.key, http_client=fake.http_client)``."""
        return FakeHTTPClient(self._entry.send)

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Replace Stripe for this package and for code that uses the SDK's defaults.

        The settings get the key and the webhook secret of this account. A ``stripe.StripeClient``
        that was created before still connects to Stripe. Where several ``FakeStripe`` are
        installed, each responds to its own keys.
        """
        routes.load()
        with patching.installed(self._entry, self.key, self.webhook_secret, self._engine.clock):
            yield self

    @property
    def address(self) -> str:
        """Where the fake is served over HTTP; empty if it is not."""
        return self._engine.address

    def host(self, pages: Hosted) -> None:
        with self._engine.lock:
            self._engine.hosted[Namespace(self.own, is_live(self.key))] = pages

    # Keys

    def add_key(self, key: str, *, denied: Sequence[str] = ()) -> None:
        """Add another API key of this account, such as one of live mode or a restricted one.

        ``denied`` are the paths, or patterns with ``*``, that the key has no permission for:
        ``add_key("rk_test_1", denied=["/v1/account"])``.
        """
        self.keys.add(key, denied)

    def expire_key(self, key: str) -> None:
        """Refuse a key from now on."""
        self.keys.expire(key)

    # Connected accounts

    def connect(self, account: str | Account) -> None:
        """Connect an account to this platform, also one of the fake's own, or one that was
        deauthorized.
        """
        with self._engine.lock:
            id = account.account_id if isinstance(account, Account) else account
            self._engine.store.connections.restore(self.own, self._engine.name_of(id))
            if isinstance(account, Account):
                namespace = Namespace(self.own, is_live(self.key))
                self._engine.store.put(account._account_payload(), namespace)

    def deauthorize(self, account: str) -> dict[str, Any]:
        """Disconnect an account, and return the event of it.

        Its requests are refused from then on, and this platform gets no events of it. Raises
        ``LookupError`` if it is not connected.
        """
        with self._engine.lock:
            connections, name = self._engine.store.connections, self._engine.name_of(account)
            if name == self.own or not connections.has(self.own, name):
                raise LookupError(f"{account!r} is not connected to {self.account_id!r}.")
            namespace = Namespace(name, is_live(self.key))
            values = {"id": APPLICATION}
            payload = self._engine.new_payload("application", namespace, values)
            record = Record("application", APPLICATION, namespace, payload, "", 0)
            event = self._received(self._engine.emit(DEAUTHORIZED, record))
            connections.revoke(self.own, name)
            return event

    def name_of_connected(self, account_id: str) -> str | None:
        name = self._engine.name_of(account_id)
        return name if self._engine.store.connections.has(self.own, name) else None

    def _account_payload(self) -> dict[str, Any]:
        """The account as an object, which is made if there is none."""
        namespace = Namespace(self.own, is_live(self.key))
        found = self._engine.store.get(namespace, ("account",), self.account_id)
        if found:
            return found.payload
        payload = self._engine.new_payload("account", namespace, {"id": self.account_id})
        return self._engine.store.put(payload, namespace).payload
