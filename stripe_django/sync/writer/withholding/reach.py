"""Which of the objects that were seen belong to erased customers, because of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .keys import ObjectKey
from .relations import EVENTS
from .sightings import Sighting

EVENT_NAMES = frozenset(model.stripe.object_name for model in EVENTS)


LookUp = Callable[[Iterable[ObjectKey]], Mapping[ObjectKey, int]]


def reach(
    sightings: Iterable[Sighting], erased: dict[ObjectKey, int], look_up: LookUp
) -> dict[ObjectKey, int]:
    """Add to ``erased`` what belongs to it, and return what was added.

    ``look_up`` returns what is known to be erased already. Events are never added: what they show
    says whose they are.
    """
    added: dict[ObjectKey, int] = {}
    left = list(sightings)
    while left:
        found = [(each, each.is_among(erased)) for each in left]
        left = [each for each, erasure in found if erasure is None]
        new = {
            key: erasure
            for each, erasure in found
            if erasure is not None
            for key in (*each.own, *each.carried)
            if key not in erased and key[0] not in EVENT_NAMES
        }
        known = look_up(new) if new else {}
        erased.update(new)
        erased.update(known)
        added |= {key: new[key] for key in new.keys() - known.keys()}
        if not new:
            break
    return added
