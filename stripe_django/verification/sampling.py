"""How large a sample is, what it says, and which rows and moments are in it."""

from __future__ import annotations

import math
import random
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Min, QuerySet

CONFIDENCE = Decimal(95)  # percent
ONE_IN = 1_000  # rows, of which fewer than one differs if a sample of the usual size has none
PAGE = 100  # objects
DRAWS = 500  # keys in one query
MOST_DRAWS = 20  # times as many keys as rows are wanted; sparser tables are read in order


def size_for(one_in: int = ONE_IN, confidence: Decimal = CONFIDENCE) -> int:
    """How many random rows have to agree, so that fewer than one in so many differs.

    If the share of differing rows is ``1 / one_in``, a sample of this size has none of them with
    a probability of ``1 - confidence``.
    """
    miss = 1 - float(confidence) / 100
    return math.ceil(math.log(miss) / math.log1p(-1 / one_in))


def one_in_for(size: int, confidence: Decimal = CONFIDENCE) -> int:
    """What a sample of this size says if all of it agrees: fewer than one in so many differs."""
    if size < 1:
        return 1
    miss = 1 - float(confidence) / 100
    return max(1, math.floor(1 / -math.expm1(math.log(miss) / size)))


DEFAULT = size_for()


def random_keys(rows: QuerySet, size: int) -> list[int]:
    """The primary keys of as many random rows, each with the same chance; all if there are fewer.

    Keys are drawn until there are enough rows, so that no row behind a gap is more likely than
    another one. A table with very few of the keys between its first and last is read in order.
    """
    bounds = rows.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = bounds["first"], bounds["last"]
    if first is None:
        return []
    found: set[int] = set()
    drawn: set[int] = set()
    span = last - first + 1
    while len(found) < size and len(drawn) < min(span, size * MOST_DRAWS):
        draw = {random.randint(first, last) for _ in range(DRAWS)} - drawn
        drawn |= draw
        found |= set(rows.filter(pk__in=draw).values_list("pk", flat=True))
    if len(found) < size:
        return _from_all(rows, size)
    return random.sample(sorted(found), size)


def _from_all(rows: QuerySet, size: int) -> list[int]:
    """Random ones of all keys, of which no more than the chosen ones are in memory."""
    chosen: list[int] = []
    keys = rows.order_by("pk").values_list("pk", flat=True)
    for number, key in enumerate(keys.iterator(chunk_size=2_000)):
        if number < size:
            chosen.append(key)
        elif (place := random.randint(0, number)) < size:
            chosen[place] = key
    return chosen


def random_seconds(rows: QuerySet, name: str, size: int, now: datetime) -> list[int]:
    """Random times of creation (Unix seconds) between those of the oldest row and now; ``name`` is
    their column.

    Half are spread evenly over the time, where a gap of the mirror has the chance of its length;
    the others are those of random rows, as objects are distributed.
    """
    count = math.ceil(size / PAGE)
    first = rows.aggregate(first=Min(name))["first"]
    if first is None:
        return [int(now.timestamp())]
    start, end = int(first.timestamp()), int(now.timestamp())
    even = [random.randint(start, max(start, end)) for _ in range(-(-count // 2))]
    keys = random_keys(rows.exclude(**{name: None}), count - len(even))
    times = rows.filter(pk__in=keys).values_list(name, flat=True)
    return [*even, *(int(each.timestamp()) for each in times)]
