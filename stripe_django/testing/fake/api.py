"""Stripe's API over the objects of the fake: every request that the SDK knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import params, routes, schema
from .accounts.account import APPLICATION
from .clocked import is_listed
from .creation import created_as
from .engine import DELETED
from .http.protocol import BAD_REQUEST, NOT_FOUND, RequestError
from .lookup import Lookup
from .pagination import NO_FILTERS, Query
from .routes import Match
from .search.results import results
from .serialization import Tree, tree
from .store import Listing, Record

# The status after a verb, for objects that have this status.
STATUS_AFTER = {
    **{"activate": "active", "cancel": "canceled", "close": "closed", "deactivate": "inactive"},
    **{"disable": "disabled", "enable": "enabled", "expire": "expired", "finalize": "open"},
    **{"mark_uncollectible": "uncollectible", "pay": "paid", "reactivate": "active"},
    **{"reject": "rejected", "void": "void"},
}


@dataclass(frozen=True, slots=True)
class RequestHandler(Lookup):
    """Computes the body of the response to one request."""

    def match(self) -> Match | None:
        """The endpoint; ``None`` for a path that the SDK does not know.

        Raises ``RequestError`` for parameters that are missing or unknown.
        """
        match = routes.match(self.request.method, self.request.path)
        if match:
            self._check(match)
        return match

    def body(self, match: Match | None) -> Any:
        """Raises ``RequestError``."""
        if match is None:
            return self._nested_list()
        verbs = {"GET": self._get, "POST": self._post, "DELETE": self._delete}
        return verbs[self.request.method](match)

    def _check(self, match: Match) -> None:
        for name in match.endpoint.required:
            if name not in self.request.params:
                message = f"{self.request.path} needs the parameter {name}."
                raise RequestError(BAD_REQUEST, message, code="parameter_missing", param=name)
        for name in self.request.params.keys() - NO_FILTERS:
            if name not in match.endpoint.filters:
                message = f"{self.request.path} knows no parameter {name}."
                raise RequestError(BAD_REQUEST, message, code="parameter_unknown", param=name)

    # Reading

    def _get(self, match: Match) -> Any:
        if match.endpoint.is_list:
            return self._page(self.listed(match), has_all=bool(match.ids))
        if not match.last:
            return self._show(self.record(match))
        if match.last == "search":
            return self._search(match.names[0])
        if match.last == "find":
            return self._show(self.first(match))
        return self._show(self.single(match))

    def _nested_list(self) -> Any:
        """A list inside an object, at a path that the SDK does not know."""
        path, _, key = self.request.path.rpartition("/")
        owner = routes.match("GET", path) if self.request.method == "GET" else None
        if owner and not owner.last and any(key in schema.pages(name) for name in owner.names):
            return self._page(self.engine.store.members(self.record(owner), key), has_all=True)
        unknown = f"There is no {self.request.method} {self.request.path} in Stripe's API."
        raise RequestError(NOT_FOUND, unknown)

    def _page(self, listing: Listing, *, has_all: bool) -> Any:
        """A page of a list; a list inside an object ``has_all``, also objects of test clocks."""
        query = Query(self.request) if has_all else Query(self.request, self._in_real_time)
        return query.page(listing, self.engine.serializer.serialize, self._expand_of_list())

    def _in_real_time(self, record: Record) -> bool:
        return is_listed(record, self.engine.store, self.request.params)

    def _expand_of_list(self) -> Tree:
        found: Tree = tree(self.request.params.get("expand")).get("data", {})
        return found

    def _search(self, name: str) -> Any:
        engine, show = self.engine, self.engine.serializer.serialize
        moment = engine.clock.seconds - engine.search_lag
        expand = self._expand_of_list()
        return results(self.request, name, engine.store, self.namespace, moment, show, expand)

    def _show(self, record: Record) -> dict[str, Any]:
        return self.engine.serializer.serialize(record, tree(self.request.params.get("expand")))

    # Writing

    def _post(self, match: Match) -> Any:
        record = self._hosted(match)
        if record:
            return self._show(record)
        if not match.last:
            return self._update(self.record(match))
        same = routes.match("GET", self.request.path)
        if same and same.last and not same.endpoint.is_list:
            return self._update(self.single(match))
        if match.last == "delete":
            return self._remove(self.first(match))
        subject = self.subject(match) if match.ids else None
        return self._act(subject, match.last) if subject else self._create(match)

    def _hosted(self, match: Match) -> Record | None:
        """What the request makes of the objects behind the account's hosted pages, if any."""
        hosted = self.engine.hosted.get(self.namespace)
        operation = hosted.operations.get(match.endpoint.path) if hosted else None
        made = operation(self.request, match.ids) if operation else None
        if made is None:
            return None
        return self.engine.store.get(self.namespace, (made["object"],), made["id"])

    def _delete(self, match: Match) -> Any:
        if not match.last:
            return self._remove(self.record(match))
        owner = self.parent(match)  # of its discount
        gone = owner.payload.get(match.last)
        self.engine.update(owner, {match.last: None})
        return {**(gone if isinstance(gone, dict) else {}), "deleted": True}

    def _create(self, match: Match) -> dict[str, Any]:
        name = self._kind(match)
        given = self.values(name)
        if "preview" in match.last:
            return self.engine.new_payload(name, self.namespace, given)
        owner = self.parent(match) if match.ids else None
        key = schema.reference_to(owner.name, name) if owner else None
        if owner and key:
            given[key] = owner.id
        given = {**created_as(name, given), **given}
        if self.request.params.get("connect") == "true":
            given["application"] = APPLICATION  # it is for the events of connected accounts
        created = self.engine.create(name, self.namespace, given, owner.id if owner else "")
        return self.engine.serializer.serialize_created(
            created, tree(self.request.params.get("expand"))
        )

    def _kind(self, match: Match) -> str:
        """The object name that the request chooses, of those that the list may have."""
        for name in (self.request.params.get("object"), "card"):
            if name in match.names:
                return str(name)
        return match.names[0]

    def _update(self, record: Record) -> dict[str, Any]:
        old, new = record.payload, self.values(record.name)
        if record.name == "webhook_endpoint" and "disabled" in self.request.params:
            is_off = str(self.request.params["disabled"]).lower() == "true"
            new["status"] = "disabled" if is_off else "enabled"
        changes = {key: params.merged(old.get(key), each) for key, each in new.items()}
        return self._show(self.engine.update(record, changes))

    def _act(self, record: Record, verb: str) -> dict[str, Any]:
        status = STATUS_AFTER.get(verb)
        changes = {"status": status} if status in schema.statuses(record.name) else {}
        return self._show(self.engine.update(record, changes))

    def _remove(self, record: Record) -> dict[str, Any]:
        if schema.is_deletable(record.name):
            self.engine.delete(record)
            return record.stub
        ended = self.engine.store.update(record, {"status": "canceled"})
        self.engine.record_event(ended, DELETED)
        return self._show(ended)

    def values(self, name: str) -> dict[str, Any]:
        """The parameters as values of an object of that name."""
        return params.values(schema.fields(name), self.request.params, self._known)

    def _known(self, names: tuple[str, ...], id: str) -> Any:
        found = self.engine.store.get(self.namespace, names, id)
        return self.engine.serializer.serialize(found) if found else None
