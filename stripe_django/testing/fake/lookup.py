"""Finds the objects of a request."""

from __future__ import annotations

from dataclasses import dataclass

from . import routes
from .accounts.authentication import Caller, no_access
from .engine import Engine
from .http.protocol import BAD_REQUEST, Request, RequestError, missing
from .pagination import is_wanted
from .routes import Match
from .store import ACCOUNTS, Listing, Namespace, Record

ACCOUNT_PATHS = ("/v1/accounts/", "/v2/core/accounts/")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds objects for a caller, in the namespace in which it acts."""

    engine: Engine
    caller: Caller
    request: Request

    @property
    def namespace(self) -> Namespace:
        return self.caller.namespace

    def listed(self, match: Match) -> Listing:
        """All members of a list. Raises ``RequestError`` if Stripe cannot list them so."""
        store = self.engine.store
        if match.names == ("balance_transaction",) and "payout" in self.request.params:
            self._check_automatic(str(self.request.params["payout"]))
        if match.ids:
            parent, namespaces = self.parent(match).id, self._namespaces(match)
            found = (store.children(namespace, match.names, parent) for namespace in namespaces)
            return Listing(record for children in found for record in children)
        listing = store.list(self.namespace, match.names)
        if match.names[0] in ACCOUNTS:
            return Listing(each for each in listing if self._is_connected(each.id))
        return listing

    def _check_automatic(self, id: str) -> None:
        """Stripe knows the transactions of the payouts that it makes by itself alone."""
        payout = self.engine.store.get(self.namespace, ("payout",), id)
        if payout and payout.payload.get("automatic") is False:
            message = f"{id!r} is a manual payout, which has no balance transactions."
            raise RequestError(BAD_REQUEST, message, param="payout")

    def _is_connected(self, account: str) -> bool:
        """Lists of accounts have the connected ones alone."""
        home = self.caller.account
        return account != home.account_id and home.name_of_connected(account) is not None

    def record(self, match: Match) -> Record:
        """The object of the last id in the path. A deleted one can only be read."""
        for namespace in self._namespaces(match):
            found = self.engine.store.get(namespace, match.names, match.ids[-1])
            if found is None or (found.is_deleted and self.request.method != "GET"):
                continue
            if len(match.ids) == 1 or match.ids[0] in found.parents:
                return found
        if match.names == ("account",) and match.ids == (self.caller.account_id,):
            return self.single(match)
        raise missing(self.request.path, match.ids[-1])

    def parent(self, match: Match) -> Record:
        """The object of the first id in the path."""
        words = match.endpoint.path.split("/")
        first = next(number for number, word in enumerate(words) if word.startswith("{"))
        found = routes.match("GET", "/".join(self.request.path.split("/")[: first + 1]))
        if found is None:
            raise missing(self.request.path, match.ids[0])
        return self.record(found)

    def subject(self, match: Match) -> Record | None:
        """The object of a verb at the end of the path."""
        found = self.engine.store.get(self.namespace, match.names, match.ids[-1])
        return None if found is None or found.is_deleted else found

    def first(self, match: Match) -> Record:
        """The newest object that matches the parameters."""
        for record in self.engine.store.list(self.namespace, match.names):
            if is_wanted(record, self.request.params):
                return record
        raise missing(self.request.path, match.names[0])

    def single(self, match: Match) -> Record:
        """A singleton, which the first request creates, or a preview."""
        name, namespace, owner = match.names[0], self.namespace, match.ids[0] if match.ids else ""
        own = {}
        if name == "account":  # connected ones are known to the platform
            own = {"id": self.caller.account_id}
            namespace = Namespace(self.caller.account.own, namespace.livemode)
        found = self.engine.store.get(namespace, (name,), own.get("id", owner))
        if found is not None:
            return found
        payload = self.engine.new_payload(name, namespace, own)
        if "id" in payload and not own:
            return Record(name, payload["id"], namespace, payload, owner, 0)
        return self.engine.store.put(payload, namespace, owner)

    def _namespaces(self, match: Match) -> tuple[Namespace, ...]:
        """The platform also finds the objects of its connected accounts.

        Raises ``RequestError`` for an account that was disconnected.
        """
        home, is_account = self.caller.account, match.endpoint.path.startswith(ACCOUNT_PATHS)
        if self.namespace.account != home.own or not is_account:
            return (self.namespace,)
        name = self.engine.name_of(match.ids[0])
        if self.engine.store.connections.is_revoked(home.own, name):
            raise no_access(match.ids[0])
        connected = Namespace(name, self.namespace.livemode)
        is_theirs = home.name_of_connected(match.ids[0]) is not None
        return (self.namespace, connected) if is_theirs else (self.namespace,)
