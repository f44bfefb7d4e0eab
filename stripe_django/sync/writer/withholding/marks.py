"""Which objects are known to belong to erased customers: looked up, and added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models import ErasedObject, Erasure

from . import keys
from .keys import ObjectKey

CHUNK = 500  # hashes in one statement


class Known(NamedTuple):
    """What a transaction knows of erasures: the ids of their keys, and the mirrored mode."""

    erasure_keys: str = ""
    livemode: bool = False


def look_up(wanted: Iterable[ObjectKey], erasure_keys: str, using: str) -> dict[ObjectKey, int]:
    """Of these objects, those that are known to belong to erased customers, with the erasures."""
    by_digest = {
        digest: key
        for key in set(wanted)
        for digest in (each.digest(key) for each in keys.named(erasure_keys))
    }
    digests = sorted(by_digest)
    found: dict[ObjectKey, int] = {}
    for start in range(0, len(digests), CHUNK):
        rows = _rows(using).filter(digest__in=digests[start : start + CHUNK])
        for digest, erasure in rows.values_list("digest", "erasure_id"):
            found[by_digest[digest]] = erasure
    return found


def looking_up(
    erasure_keys: str, using: str
) -> Callable[[Iterable[ObjectKey]], Mapping[ObjectKey, int]]:
    return lambda wanted: look_up(wanted, erasure_keys, using)


def add(found: Mapping[ObjectKey, int], using: str) -> None:
    """Add objects to the erasures that reach them, so that what refers to them is looked for."""
    if not found:
        return
    erasures = Erasure.objects.using(using).filter(pk__in=set(found.values()))
    hashed_with = {pk: keys.named(key)[0] for pk, key in erasures.values_list("pk", "key")}
    now = timezone.now()
    made = [
        ErasedObject(
            erasure_id=erasure,
            digest=hashed_with[erasure].digest(key),
            object_name=key[0],
            stripe_id=key[1],
            due_at=now,
        )
        for key, erasure in sorted(found.items())
        if erasure in hashed_with  # unless it was lifted meanwhile
    ]
    for start in range(0, len(made), CHUNK):
        _rows(using).bulk_create(made[start : start + CHUNK], ignore_conflicts=True)


def _rows(using: str) -> QuerySet[ErasedObject]:
    return ErasedObject.objects.using(using)
