"""The API keys of one account."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


class Keys:
    """The keys beside the first one, which ones expired, and what restricted ones may not do."""

    def __init__(self) -> None:
        self._denied: dict[str, tuple[str, ...]] = {}
        self._expired: set[str] = set()

    def add(self, key: str, denied: Sequence[str]) -> None:
        self._denied[key] = tuple(denied)
        self._expired.discard(key)

    def expire(self, key: str) -> None:
        self._expired.add(key)

    def __contains__(self, key: str) -> bool:
        return key in self._denied

    def has_expired(self, key: str) -> bool:
        return key in self._expired

    def denies(self, key: str, path: str) -> bool:
        return any(fnmatchcase(path, each) for each in self._denied.get(key, ()))
