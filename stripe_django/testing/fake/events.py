"""Events: what they are called, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import stripe

from stripe_django.sdk import events

from . import routes
from .clock import written
from .store import Namespace, Record


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that an event comes of; empty for what the test itself does."""

    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def request(self) -> dict[str, str | None]:
        return {"id": self.request_id, "idempotency_key": self.idempotency_key}


@cache
def _types() -> dict[str, tuple[str, ...]]:
    """The types of events, by the name of the object that they are about."""
    found: dict[str, list[str]] = {}
    for each in events.event_types():
        for name in events.objects_of(each):
            found.setdefault(name, []).append(each)
    return {name: tuple(types) for name, types in found.items()}


def type_of(record: Record, verb: str, changed: Mapping[str, Any]) -> str:
    """The type of the event when something happens to an object; empty if Stripe has none.

    A status that it has newly got comes first (``invoice.paid``), then the verb (``created``,
    ``updated`` or ``deleted``). Of several beginnings, the one that names what the object refers
    to (``customer.source.created`` for a card with a customer) comes before its own name's.
    """
    known = _types().get(record.name, ())
    endings = [verb]
    if verb != "deleted" and "status" in changed:
        status = str(record.payload.get("status"))
        endings = [verb, status] if verb == "created" else [status, verb]
    for ending in endings:
        # The status "complete" has the event "completed".
        fitting = [each for each in known if each.rpartition(".")[2] in (ending, f"{ending}d")]
        if fitting:
            return min(fitting, key=lambda each: _strangeness(each, record))
    return f"{record.name}.{verb}" if record.name.startswith("v2.") else ""


def _strangeness(event_type: str, record: Record) -> tuple[bool, bool]:
    words = event_type.split(".")[:-1]
    owner = words[0] if len(words) > 1 else ""
    is_own = ".".join(words).replace("_", ".") == record.name.replace("_", ".")
    is_owned = bool(record.payload.get(owner))
    return not is_owned and not is_own, not is_own


def of_account(account: str) -> dict[str, str]:
    """The keys that name the connected account of an event."""
    return {"account": account, "context": account} if account else {}


def snapshot(
    number: int,
    moment: datetime,
    type: str,
    namespace: Namespace,
    object: Mapping[str, Any],
    previous: Mapping[str, Any],
    cause: Cause,
) -> dict[str, Any]:
    """An event with the object as it is now; ``previous`` is what was otherwise before."""
    data: dict[str, Any] = {"object": object}
    if previous:
        data["previous_attributes"] = previous
    return {
        "id": f"evt_{number:024}",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(moment.timestamp()),
        "data": data,
        "livemode": namespace.livemode,
        "pending_webhooks": 1,
        "request": cause.request,
        "type": type,
        **of_account(namespace.account),
    }


def thin(
    number: int, moment: datetime, type: str, record: Record, account: str, cause: Cause
) -> dict[str, Any]:
    """An event of version 2, which names the object and leaves it to a read."""
    return {
        "id": f"evt_test_{number:024}",
        "object": "v2.core.event",
        "context": account or None,
        "created": written(moment),
        "livemode": record.namespace.livemode,
        "reason": {"type": "request", "request": cause.request} if cause.request_id else None,
        "related_object": {
            "id": record.id,
            "type": record.name,
            "url": routes.path_of(record.name, record.id, record.within),
        },
        "type": type,
    }
