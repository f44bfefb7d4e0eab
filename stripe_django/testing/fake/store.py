"""The objects that the fake has: each kind apart for each account and mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from . import schema
from .accounts.connections import Connections
from .clock import Clock, seconds_of

ACCOUNTS = ("account", "v2.core.account")  # objects that are accounts of a platform


@dataclass(frozen=True, slots=True)
class Namespace:
    """Where an object lives: ``account`` is the id of its account, or empty for the first one of
    the fake.
    """

    account: str = ""
    livemode: bool = False


@dataclass(slots=True, eq=False)
class Record:
    """One object. Its ``payload`` is replaced and never changed, so that readers may share it.

    ``pages`` are the keys of nested lists whose members are records of their own, ``within`` is
    the id of the object that this one is a member of, and ``number`` the order of arrival.
    ``unexpanded`` caches a payload as responses without ``expand`` show it. ``versions``
    are the payloads it has had, each with the Unix time since when; ``None`` once it is deleted.
    """

    name: str
    id: str
    namespace: Namespace
    payload: dict[str, Any]
    within: str
    number: int
    pages: tuple[str, ...] = ()
    is_deleted: bool = False
    unexpanded: tuple[dict[str, Any], dict[str, Any]] | None = None
    versions: tuple[tuple[float, dict[str, Any] | None], ...] = ()

    @property
    def age(self) -> tuple[float, int]:
        return seconds_of(self.payload.get("created")), self.number

    @property
    def parents(self) -> set[str]:
        """The ids of the objects that this one may be a member of."""
        named = (self.payload.get(key) for key in schema.references(self.name))
        return {self.within, *map(id_of, named)} - {""}

    @property
    def stub(self) -> dict[str, Any]:
        return {"id": self.id, "object": self.name, "deleted": True}


class Listing(Sequence[Record]):
    """Records in the order in which Stripe lists them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = tuple(records)

    def __getitem__(self, index: Any) -> Any:
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    @cached_property
    def positions(self) -> dict[str, int]:
        return {record.id: position for position, record in enumerate(self._records)}


def id_of(value: object) -> str:
    """The id that a reference has, expanded or not; empty if it is none."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def is_page(value: object) -> bool:
    """Whether a value is a nested list whose members can be objects of their own."""
    if not isinstance(value, Mapping) or value.get("object") != "list":
        return False
    members = value.get("data")
    return isinstance(members, list) and all(
        isinstance(each, Mapping) and "object" in each and id_of(each) for each in members
    )


@dataclass(slots=True)
class Store:
    """All records by their id, and lists of them that last until the next change.

    ``has_clocks`` is true if anything lives on a test clock.
    """

    clock: Clock

    records: dict[str, dict[tuple[Namespace, str], Record]] = field(default_factory=dict)
    connections: Connections = field(default_factory=Connections)
    has_clocks: bool = False
    _kinds: dict[tuple[Namespace, str], dict[str, Record]] = field(default_factory=dict)
    _families: dict[tuple[Namespace, str, str], dict[str, Record]] = field(default_factory=dict)
    _lists: dict[tuple[Namespace, tuple[str, ...]], Listing] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def put(
        self,
        payload: Mapping[str, Any],
        namespace: Namespace,
        within: str = "",
        since: float | None = None,
    ) -> Record:
        """Keep an object; the members of its nested lists become records of their own.

        A new one is there ``since`` a Unix time, by default now.
        """
        name, id = str(payload["object"]), id_of(payload) or within
        same_id = self.records.setdefault(id, {})
        old = same_id.get((namespace, name))
        number = old.number if old else next(self._numbers)
        within = within or (old.within if old else "")
        pages = tuple(key for key in schema.pages(name) if is_page(payload.get(key)))
        record = Record(name, id, namespace, dict(payload), within, number, pages)
        for key in pages:
            self._put_members(record, key)
        self._keep_version(record, old, since)
        self.has_clocks = self.has_clocks or bool(record.payload.get("test_clock"))
        if old:
            self._leave(old)
        same_id[namespace, name] = record
        self._kinds.setdefault((namespace, name), {})[id] = record
        for parent in record.parents:
            self._families.setdefault((namespace, name, parent), {})[id] = record
        if name in ACCOUNTS:
            self.connections.add(namespace.account, id)
        self._changed(record)
        return record

    def _keep_version(self, record: Record, old: Record | None, since: float | None) -> None:
        if record.name != "event":
            at = since if since is not None and old is None else self.clock.seconds
            record.versions = (*(old.versions if old else ()), (at, record.payload))

    def _put_members(self, record: Record, key: str) -> None:
        members = record.payload[key]["data"]
        for member in reversed(members):  # the newest come first
            self.put(member, record.namespace, record.id)
        record.payload[key] = {**record.payload[key], "data": []}

    def update(self, record: Record, changes: Mapping[str, Any]) -> Record:
        """Keep an object with some keys changed; of a nested list, what it lacks goes."""
        for key in schema.pages(record.name):
            if is_page(changes.get(key)):
                kept = {each["id"] for each in changes[key]["data"]}
                for member in self.members(record, key):
                    if member.id not in kept:
                        self.remove(member)
        return self.put({**record.payload, **changes}, record.namespace, record.within)

    def delete(self, record: Record) -> None:
        record.is_deleted = True
        record.versions = (*record.versions, (self.clock.seconds, None))
        self._changed(record)

    def remove(self, record: Record) -> None:
        del self.records[record.id][record.namespace, record.name]
        del self._kinds[record.namespace, record.name][record.id]
        self._leave(record)
        self._changed(record)

    def _leave(self, record: Record) -> None:
        for parent in record.parents:
            del self._families[record.namespace, record.name, parent][record.id]

    def get(self, namespace: Namespace, names: Iterable[str], id: str) -> Record | None:
        same_id = self.records.get(id, {})
        return next(
            (same_id[namespace, name] for name in names if (namespace, name) in same_id), None
        )

    def list(self, namespace: Namespace, names: tuple[str, ...]) -> Listing:
        """All objects of these names in a namespace, the newest first."""
        if (namespace, names) not in self._lists:
            kinds = (self._kinds.get((namespace, name), {}).values() for name in names)
            alive = (record for kind in kinds for record in kind if not record.is_deleted)
            self._lists[namespace, names] = Listing(
                sorted(alive, key=lambda each: each.age, reverse=True)
            )
        return self._lists[namespace, names]

    def children(self, namespace: Namespace, names: tuple[str, ...], parent: str) -> Listing:
        """Those that belong to one object, the newest arrivals first."""
        families = (self._families.get((namespace, name, parent), {}).values() for name in names)
        alive = (record for family in families for record in family if not record.is_deleted)
        return Listing(sorted(alive, key=lambda each: -each.number))

    def members(self, record: Record, key: str) -> Listing:
        """The members of a nested list."""
        return self.children(record.namespace, schema.pages(record.name)[key], record.id)

    def _changed(self, record: Record) -> None:
        for namespace, names in list(self._lists):
            if namespace == record.namespace and record.name in names:
                del self._lists[namespace, names]
