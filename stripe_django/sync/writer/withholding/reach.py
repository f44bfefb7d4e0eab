"""Which of the objects that were seen belong to erased customers, because of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .keys import ObjectKey
from .owners import Owners, customers_of
from .relations import EVENTS
from .sightings import Sighting

EVENT_NAMES = frozenset(model.stripe.object_name for model in EVENTS)


LookUp = Callable[[Iterable[ObjectKey]], Mapping[ObjectKey, int]]


def reach(
    sightings: Iterable[Sighting], erased: dict[ObjectKey, int], look_up: LookUp, using: str
) -> dict[ObjectKey, int]:
    """Add to ``erased`` what belongs to it, and return what was added.

    ``look_up`` returns what is known to be erased already. Events are never added: what they show
    says whose they are. Neither are other customers' objects that an erased one's name.
    """
    added: dict[ObjectKey, int] = {}
    left = list(sightings)
    owners = {key: each.customers for each in left if each.customers for key in each.own}
    while left:
        found = [(each, each.is_among(erased)) for each in left]
        left = [each for each, erasure in found if erasure is None]
        own: dict[ObjectKey, int] = {}
        carried: dict[ObjectKey, int] = {}
        for each, erasure in found:
            if erasure is not None:
                own |= dict.fromkeys(each.own, erasure)
                carried |= dict.fromkeys(each.carried, erasure)
        for key in _others(
            carried.keys() - own.keys() - erased.keys(), owners, erased, look_up, using
        ):
            del carried[key]
        new = {
            key: erasure
            for key, erasure in (carried | own).items()
            if key not in erased and key[0] not in EVENT_NAMES
        }
        known = look_up(new) if new else {}
        erased.update(new)
        erased.update(known)
        added |= {key: new[key] for key in new.keys() - known.keys()}
        if not new:
            break
    return added


def _others(
    wanted: Iterable[ObjectKey],
    seen: Owners,
    erased: Mapping[ObjectKey, int],
    look_up: LookUp,
    using: str,
) -> list[ObjectKey]:
    """Which of these objects name customers, none of whom is erased."""
    wanted = list(wanted)
    named = customers_of([key for key in wanted if key not in seen], using)
    named |= {key: seen[key] for key in wanted if key in seen}
    if not named:
        return []
    known = look_up({each for customers in named.values() for each in customers})
    return [
        key
        for key, customers in named.items()
        if not any(each in erased or each in known for each in customers)
    ]
