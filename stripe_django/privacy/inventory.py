"""The category of a key, by the object that it is part of and the path that leads to it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .categories import UNREVIEWED
from .codes import CODES
from .not_personal import EXCEPTIONS, OTHERS, TEXTS
from .numbers import NUMBERS
from .personal import PERSONAL

NOT_PERSONAL = "not personal"

Path = tuple[str, ...]  # the keys from the object down, without the places in lists


class _Entry(NamedTuple):
    object_name: str  # empty for any
    path: Path
    category: str

    @property
    def precision(self) -> tuple[bool, int]:
        return bool(self.object_name), len(self.path)

    def is_about(self, name: str, path: Path) -> bool:
        return self.object_name in ("", name) and path[-len(self.path) :] == self.path


def _entry(text: str, category: str) -> _Entry:
    name, _, path = text.rpartition(":")
    return _Entry(name, tuple(path.split(".")), category)


def _entries() -> dict[str, list[_Entry]]:
    """All entries by the last key of their path, the most precise ones first."""
    found: dict[str, list[_Entry]] = {}
    tables = [*PERSONAL.items(), *((NOT_PERSONAL, text) for text in _harmless())]
    for category, texts in tables:
        for text in texts.split():
            entry = _entry(text, category)
            found.setdefault(entry.path[-1], []).append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: entry.precision, reverse=True)
    return found


def _harmless() -> tuple[str, ...]:
    return EXCEPTIONS, TEXTS, OTHERS, CODES, NUMBERS


ENTRIES = _entries()


@lru_cache(maxsize=20_000)
def category_of(name: str, path: Path) -> str:
    """One of ``CATEGORIES``, ``NOT_PERSONAL``, or ``UNREVIEWED`` for a key in neither table."""
    for entry in ENTRIES.get(path[-1], ()):
        if entry.is_about(name, path):
            return entry.category
    return UNREVIEWED
