"""A subscription's revenue, divided among its items."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in proportion to these weights; all shares together are that number.

    Each is the difference of two sums that are rounded down.
    """
    whole = sum(weights)
    if not whole:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    ends = [total * below // whole for below in accumulate(weights, initial=0)]
    return [end - begin for begin, end in pairwise(ends)]
