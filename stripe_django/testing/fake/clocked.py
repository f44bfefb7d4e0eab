"""What belongs to a test clock: Stripe leaves it out of lists that do not ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .store import Record, Store, id_of

# Under these keys, objects name what they have the clock from, in the order of looking.
OWNERS = ("customer", "subscription", "invoice", "quote", "payment_intent", "charge")
DEEPEST = 4  # references from an object to the one that names its clock


def clock_of(record: Record, store: Store, depth: int = DEEPEST) -> str:
    """The id of the test clock that an object lives on; empty if it lives in real time."""
    own = id_of(record.payload.get("test_clock"))
    if own or not depth:
        return own
    named = (id_of(record.payload.get(key)) for key in OWNERS)
    for id in {record.within: None, **dict.fromkeys(named)}:
        for found in store.records.get(id, {}).values() if id else ():
            if found.namespace == record.namespace and found.name in OWNERS and found is not record:
                clock = clock_of(found, store, depth - 1)
                if clock:
                    return clock
    return ""


def is_listed(record: Record, store: Store, params: Mapping[str, Any]) -> bool:
    """Whether a list with these parameters has an object, as far as test clocks go.

    It has what lives on a clock if it names the clock, or another object on it.
    """
    if not store.has_clocks:
        return True
    clock = clock_of(record, store)
    if "test_clock" in params:
        return clock == str(params["test_clock"])
    return not clock or any(
        clock in _clocks_of(str(params[key]), record, store) for key in OWNERS if key in params
    )


def _clocks_of(id: str, record: Record, store: Store) -> set[str]:
    same_id = store.records.get(id, {}).values()
    return {clock_of(found, store) for found in same_id if found.namespace == record.namespace}
