"""The differences between two snapshots of one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A value that became another one; ``None`` stands for no value, too.

    ``path`` is where it is in the payload, with dots: ``metadata.order``.
    """

    path: str
    before: Any
    after: Any


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, partial: bool = False, path: str = ""
) -> Iterator[Change]:
    """What changed, by path; lists are compared as a whole.

    ``partial`` says that ``before`` has nothing but what changed, as Stripe's
    ``previous_attributes``.
    """
    for key in before if partial else sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from changes(old, new, partial=partial, path=f"{path}{key}.")
        elif old != new:
            yield Change(f"{path}{key}", old, new)
