"""The methods that create, change and delete objects of the fake."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from . import schema
from .engine import Engine
from .params import copied
from .search.results import ALWAYS
from .serialization import tree
from .store import Namespace, Record
from .webhooks.control import DeliveryControl


class Control(DeliveryControl):
    """Objects, events and time. Payloads that it returns are copies."""

    account_id: str

    def __init__(self, engine: Engine, own: str, key: str, secret: str) -> None:
        self.key = key
        DeliveryControl.__init__(self, engine, own, secret)

    # Time

    @property
    def now(self) -> datetime:
        """The fake's time (UTC): this machine's until it is set, and again after ``None``. A time
        that is set stands still.
        """
        return self._engine.clock.now

    @now.setter
    def now(self, moment: datetime | float | None) -> None:
        self._engine.clock.set(moment)

    @property
    def stands_still(self) -> bool:
        """Whether the fake's time is one that was set."""
        return self._engine.clock.is_set

    def advance(self, **units: float) -> None:
        """Move the clock forward by ``seconds``, ``minutes``, ``hours``, ``days`` or ``weeks``."""
        self._engine.clock.advance(timedelta(**units).total_seconds())

    @property
    def search_lag(self) -> float:
        """The delay of searches, in seconds of the fake's time: 60 until it is set."""
        return self._engine.search_lag

    @search_lag.setter
    def search_lag(self, seconds: float) -> None:
        self._engine.search_lag = seconds

    # Objects

    def create(
        self, name: str, /, *, account: str = "", within: str = "", event: str = "", **values: Any
    ) -> dict[str, Any]:
        """Create an object, such as ``create("customer", email="ann@example.com")``.

        It is the result of ``payload`` with ``values``. It belongs to the connected ``account``
        (``acct_…``); for an object that has a key of this name, such as a person, ``account`` is
        the value of that key. ``within`` is the id of its parent, for objects that do not name
        their parent in a key. ``event`` replaces the usual type of its event.
        """
        with self._engine.lock:
            if account and "account" in schema.fields(name):
                values["account"], account = account, ""
            owner = self._record(within) if within else None
            key = schema.reference_to(owner.name, name) if owner else None
            if key:
                values.setdefault(key, within)
            namespace = self._namespace(values, account)
            created = self._engine.create(name, namespace, copied(values), within, event)
            shown: dict[str, Any] = copied(self._engine.serializer.serialize_created(created))
            return shown

    def add(self, *payloads: Mapping[str, Any], account: str = "", within: str = "") -> None:
        """Add existing objects, without events; of those of one second, the later ones are
        newer.
        """
        with self._engine.lock:
            for payload in payloads:
                namespace = self._namespace(payload, account)
                self._engine.store.put(copied(payload), namespace, within, since=ALWAYS)

    def get(
        self,
        id: str,
        /,
        *,
        object: str = "",
        account: str | None = None,
        expand: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The object as a request with ``expand`` returns it; its stub if it is deleted.

        ``object`` and ``account`` distinguish objects of the same id. Raises ``LookupError``.
        """
        with self._engine.lock:
            record = self._record(id, object, account)
            shown: dict[str, Any] = copied(
                self._engine.serializer.serialize(record, tree(list(expand)))
            )
            return shown

    def find(self, name: str, /, *, account: str = "", **values: Any) -> list[dict[str, Any]]:
        """The objects called ``name`` whose keys have these values, the newest first."""
        with self._engine.lock:
            records = self._engine.store.list(self._namespace({}, account), (name,))
            found = [
                each
                for each in records
                if all(each.payload.get(key) == value for key, value in values.items())
            ]
            return [self._serialized(each) for each in found]

    def update(
        self,
        id: str,
        /,
        *,
        object: str = "",
        account: str | None = None,
        event: str = "",
        **changes: Any,
    ) -> dict[str, Any]:
        """Replace the values of some keys. Raises ``LookupError``."""
        with self._engine.lock:
            record = self._record(id, object, account)
            return self._serialized(self._engine.update(record, copied(changes), event))

    def delete(
        self, id: str, /, *, object: str = "", account: str | None = None, stub: bool = True
    ) -> None:
        """Delete an object; reads return its stub, or nothing. Raises ``LookupError``."""
        with self._engine.lock:
            record = self._record(id, object, account)
            self._engine.delete(record)
            if not stub:
                self._engine.store.remove(record)

    # Events

    def emit(
        self, event: str, id: str, /, *, object: str = "", account: str | None = None
    ) -> dict[str, Any]:
        """Emit an event of any type about an object. Raises ``LookupError``."""
        with self._engine.lock:
            record = self._record(id, object, account)
            return self._serialized(self._engine.emit(event, record))

    def _namespace(self, payload: Mapping[str, Any], account: str) -> Namespace:
        livemode = payload.get("livemode")
        name = self._engine.name_of(account) if account else self.own
        if name != self.own:
            self._engine.store.connections.add(self.own, name)
        return Namespace(name, livemode if isinstance(livemode, bool) else is_live(self.key))

    def _record(self, id: str, object: str = "", account: str | None = None) -> Record:
        name = self.own if account == "" else self._engine.name_of(account or "")
        found = [
            record
            for record in self._engine.store.records.get(id, {}).values()
            if object in ("", record.name)
            and self._engine.store.connections.has_had(self.own, record.namespace.account)
            and (account is None or record.namespace.account == name)
        ]
        if len(found) != 1:
            raise LookupError(f"The fake has {len(found)} objects {id!r}.")
        return found[0]


def is_live(key: str) -> bool:
    return re.match(r"[a-z]+(_org)?_live_", key) is not None
