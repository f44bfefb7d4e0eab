"""How to fill the fake, and how to change what it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from . import schema
from .engine import World
from .params import copied
from .search.results import ALWAYS
from .serialization import tree
from .store import Place, Record
from .webhooks.control import Delivering


class State(Delivering):
    """Objects, events and time. Payloads that it returns are copies."""

    def __init__(self, key: str) -> None:
        self.key = key
        Delivering.__init__(self)
        self._world = World()

    # Time

    @property
    def now(self) -> datetime:
        """The time at the fake (UTC): this machine's, until it is set; then it stands still."""
        return self._world.clock.now

    @now.setter
    def now(self, moment: datetime | float) -> None:
        self._world.clock.set(moment)

    def advance(self, **units: float) -> None:
        """Move the time on by ``seconds``, ``minutes``, ``hours``, ``days`` or ``weeks``."""
        self._world.clock.advance(timedelta(**units).total_seconds())

    @property
    def search_lag(self) -> float:
        """How many seconds of the fake's time searches are behind: 60, until it is set."""
        return self._world.search_lag

    @search_lag.setter
    def search_lag(self, seconds: float) -> None:
        self._world.search_lag = seconds

    # Objects

    def create(
        self, name: str, /, *, account: str = "", within: str = "", event: str = "", **values: Any
    ) -> dict[str, Any]:
        """A new object, such as ``create("customer", email="ann@example.com")``.

        It is what ``payload`` makes, with ``values``. It lives in the connected ``account``
        (``acct_…``); of an object that has a key of this name, such as a person, it is that key's
        value. ``within`` is the id of the object that it belongs to, where none of its keys says
        so. ``event`` is the type of its event, in place of the usual one.
        """
        with self._world.lock:
            if account and "account" in schema.fields(name):
                values["account"], account = account, ""
            owner = self._record(within) if within else None
            key = schema.reference_to(owner.name, name) if owner else None
            if key:
                values.setdefault(key, within)
            place = self._place(values, account)
            created = self._world.create(name, place, copied(values), within, event)
            shown: dict[str, Any] = copied(self._world.showing.show_created(created))
            return shown

    def add(self, *payloads: Mapping[str, Any], account: str = "", within: str = "") -> None:
        """Objects that were there before, without events; of the same second, later ones are
        newer.
        """
        with self._world.lock:
            for payload in payloads:
                place = self._place(payload, account)
                self._world.store.put(copied(payload), place, within, since=ALWAYS)

    def get(
        self,
        id: str,
        /,
        *,
        object: str = "",
        account: str | None = None,
        expand: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The object as a request with ``expand`` gets it now; its stub if it is deleted.

        ``object`` and ``account`` tell apart what has the same id. Raises ``LookupError``.
        """
        with self._world.lock:
            record = self._record(id, object, account)
            shown: dict[str, Any] = copied(self._world.showing.show(record, tree(list(expand))))
            return shown

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
        with self._world.lock:
            record = self._record(id, object, account)
            return self._shown(self._world.update(record, copied(changes), event))

    def delete(
        self, id: str, /, *, object: str = "", account: str | None = None, stub: bool = True
    ) -> None:
        """Delete an object; a read finds its stub, or nothing. Raises ``LookupError``."""
        with self._world.lock:
            record = self._record(id, object, account)
            self._world.delete(record)
            if not stub:
                self._world.store.remove(record)

    # Events

    def emit(
        self, event: str, id: str, /, *, object: str = "", account: str | None = None
    ) -> dict[str, Any]:
        """An event of any type about an object as it is. Raises ``LookupError``."""
        with self._world.lock:
            record = self._record(id, object, account)
            return self._shown(self._world.emit(event, record))

    def _place(self, payload: Mapping[str, Any], account: str) -> Place:
        livemode = payload.get("livemode")
        return Place(account, livemode if isinstance(livemode, bool) else is_live(self.key))

    def _record(self, id: str, object: str = "", account: str | None = None) -> Record:
        found = [
            record
            for record in self._world.store.records.get(id, {}).values()
            if object in ("", record.name) and account in (None, record.place.account)
        ]
        if len(found) != 1:
            raise LookupError(f"The fake has {len(found)} objects {id!r}.")
        return found[0]


def is_live(key: str) -> bool:
    return "_live_" in key[:9]
