"""A subscription's revenue, divided among its items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

Weight = tuple[Any, int]  # of something that has a share


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in proportion to these weights; all shares together are that number.

    Each is the difference of two sums that are rounded down.
    """
    whole = sum(weights)
    ends = [total * below // whole for below in accumulate(weights, initial=0)]
    return [end - begin for begin, end in pairwise(ends)]


def divided(total: int, weights: Sequence[Weight]) -> Iterator[tuple[Any, int]]:
    """What each of these has of a total."""
    found = shares(total, [weight for _, weight in weights])
    return ((each, share) for (each, _), share in zip(weights, found, strict=True))


def weights_by_owner(months: Iterable[tuple[Any, Any, Any]]) -> dict[Any, list[Weight]]:
    """By owner, what each item brings in by the month, in parts, if that is anything."""
    found: dict[Any, list[Weight]] = defaultdict(list)
    for owner, parts, each in months:
        if parts:
            found[owner].append((each, int(parts)))
    return found
