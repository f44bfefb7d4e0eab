"""Payloads that are stored as they came lose the personal data of erased customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.identity import Namespace

from . import descent, images, marks
from .keys import ObjectKey
from .marks import Known
from .reach import reach
from .sightings import Sighting, in_payload


def withhold(
    payload: Mapping[str, Any],
    model: type[StripeModel],
    namespace: Namespace,
    known: Known,
    using: str,
    also: dict[ObjectKey, int] | None = None,
) -> Mapping[str, Any]:
    """A payload without the personal data of erased customers, in the caller's transaction.

    With ``also``, what belongs to these is left out, too, and nothing is written but in ``also``,
    to which the objects are added that this reaches.
    """
    root, inner = in_payload(Sighting(), payload, namespace)
    sightings = [root, *inner]
    keys = (key for each in sightings for key in each.keys)
    erased = {**(also or {}), **marks.look_up(keys, known.erasure_keys, using)}
    if not erased:
        return payload
    new = reach(sightings, erased, marks.looking_up(known.erasure_keys, using), using)
    is_erased = root.is_among(erased) is not None
    less = images.without_personal_data(payload, model, namespace, erased, is_erased=is_erased)
    if also is not None:
        also.update(new)
    elif new:
        marks.add(new, using)
        descent.descend(new, known, using)
    return less
