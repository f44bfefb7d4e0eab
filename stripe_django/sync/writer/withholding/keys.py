"""Keyed hashes of objects, by which erased ones are recognised without naming them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings

from stripe_django.exceptions import ErasureKeyError

SALT = b"stripe_django.erasure"
DIGEST_SIZE = 32  # characters, of a column
ID_SIZE = 8

ObjectKey = tuple[str, str]  # an object as Stripe names it, and the stripe_id of its row


class Key(NamedTuple):
    """A key, and a short hash of it, which says nothing about it."""

    id: str
    secret: bytes

    def digest(self, key: ObjectKey) -> str:
        text = "\0".join(key).encode(errors="surrogatepass")
        return hmac.digest(self.secret, text, "sha256").hex()[:DIGEST_SIZE]


def newest() -> Key:
    return _key(settings.SECRET_KEY)


def named(ids: str) -> Sequence[Key]:
    """The keys with these ids, which are separated by spaces; the newest first.

    Raises ``ErasureKeyError`` if the settings have one of them no longer.
    """
    known = {each.id: each for each in map(_key, _secrets())}
    wanted = ids.split()
    if not known.keys() >= set(wanted):
        raise ErasureKeyError
    return [known[each] for each in known if each in wanted]


def digests(key: ObjectKey) -> list[str]:
    """The hashes of an object with each key of the settings."""
    return [_key(each).digest(key) for each in _secrets()]


def joined(ids: Iterable[str]) -> str:
    return " ".join(sorted(set(ids)))


def _secrets() -> tuple[str | bytes, ...]:
    return settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS


@cache
def _key(secret: str | bytes) -> Key:
    found = secret.encode() if isinstance(secret, str) else secret
    derived = hmac.digest(found, SALT, sha256)
    return Key(sha256(derived).hexdigest()[:ID_SIZE], derived)
