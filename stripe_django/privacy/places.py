"""Where a value is in a payload: in which object, on which path, and inside of what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .categories import UNREVIEWED
from .inventory import Path

LISTS = frozenset({"list", "search_result"})
LIST_KEYS = frozenset({"object", "url", "has_more", "next_page", "total_count"})


class Place(NamedTuple):
    """``path`` leads from the object; ``category`` is that of the hash around."""

    name: str
    path: Path = ()
    category: str = UNREVIEWED

    def inside(self, value: Mapping[str, Any]) -> Place:
        """The place of what a hash has under its keys."""
        own = value.get("object")
        if type(own) is str and own not in LISTS:
            return Place(own)
        if isinstance(own, dict) and type(own.get("object")) is str:
            return Place(own["object"])  # of it are the previous_attributes beside it
        return self

    def under(self, value: Mapping[str, Any], key: str) -> Place:
        """The place of what a hash, whose inside this is, has under one key."""
        if key == "changes":  # of the object that a thin event names
            related = value.get("related_object")
            name = related.get("type") if isinstance(related, dict) else None
            if isinstance(name, str):
                return Place(name)
        path = () if key == "previous_attributes" and not self.path else (*self.path, key)
        return self._replace(path=path)


def is_structural(value: Mapping[str, Any], key: str) -> bool:
    """Whether a key is a nested list's own, beside its members."""
    own = value.get("object")
    return key in LIST_KEYS and type(own) is str and own in LISTS
