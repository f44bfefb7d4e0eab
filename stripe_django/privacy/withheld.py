"""Which paths of a stored payload a policy has emptied or changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .image import EMPTY
from .inventory import Path
from .places import Place, is_structural
from .rulebook import KEEP, Rulebook
from .treatments import is_withheld


def withheld_paths(rules: Rulebook, payload: Any, place: Place) -> dict[str, str]:
    """The paths from the payload down, without places in lists, with their treatment."""
    return {".".join(path): treatment for path, treatment in _paths(rules, payload, place, ())}


def _paths(rules: Rulebook, value: Any, place: Place, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _paths(rules, item, place, path)
    if not isinstance(value, dict):
        return
    inside = place.inside(value)
    for key, item in value.items():
        if is_structural(value, key) or isinstance(item, bool) or item in EMPTY:
            continue
        under = inside.under(value, key)
        if not under.path:
            yield from _paths(rules, item, under, (*path, key))
            continue
        treatment, whole, category = rules.decide(under.name, under.path, inside.category)
        is_leaf = whole or not _has_hashes(item)
        if is_leaf and treatment is not KEEP and _is_withheld(item):
            yield (*path, key), str(treatment)
        elif not is_leaf:
            under = under._replace(category=category)
            yield from _paths(rules, item, under, (*path, key))


def _has_hashes(item: Any) -> bool:
    if isinstance(item, list | tuple):
        return any(map(_has_hashes, item))
    return isinstance(item, dict)


def _is_withheld(item: Any) -> bool:
    """Whether it is nothing, or all of the texts in it are hashes or masks."""
    if isinstance(item, dict):
        item = list(item.values())
    if isinstance(item, list | tuple):
        return bool(item) and all(map(_is_withheld, item))
    return item is None or (isinstance(item, str) and is_withheld(item))
