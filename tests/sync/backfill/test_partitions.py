"""Lists that are split by time: every object once, however they lie in it."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stripe_django.api.client import Page
from stripe_django.models import Charge
from stripe_django.sync.backfill.partitions import BEGINNING, LONG, TimeRange

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = 5

moments = st.one_of(
    st.integers(0, 3),
    st.integers(BEGINNING - 2, BEGINNING + 40),
    st.integers(1_700_000_000, 1_700_000_100),
    st.integers(0, 2_800_000_000),
)


class Shelf:
    """A list as Stripe has it: the newest first, five to a page."""

    model = Charge
    path = "/v1/charges"
    is_divisible = True

    def __init__(self, seconds):
        newest = sorted(seconds, reverse=True)
        self.objects = [{"id": f"ch_{n}", "created": second} for n, second in enumerate(newest)]

    def bounds(self, start, end):
        return {"gte": start, "lt": end}

    def page(self, bounds, params):
        start, end = bounds["gte"], bounds["lt"]
        chosen = [each for each in self.objects if self.is_within(each["created"], start, end)]
        ids = [each["id"] for each in chosen]
        first = ids.index(params["starting_after"]) + 1 if params else 0
        found = chosen[first : first + SIZE]
        has_more = first + SIZE < len(chosen)
        cursor = ("starting_after", found[-1]["id"]) if has_more else None
        return Page(found, WHEN, has_more=has_more, cursor=cursor)

    def is_within(self, second, start, end):
        return (start is None or second >= start) and (end is None or second < end)


class Heedless(Shelf):
    """A server that minds no bounds."""

    def is_within(self, second, start, end):
        return True


def read(shelf, chance, most=8):
    """What all partitions have read, in any order, and split whenever a worker is idle."""
    parts, found = [TimeRange(shelf)], Counter()
    while parts:
        part = parts.pop(chance.randrange(len(parts)))
        page = part.take(part.fetch().page)
        found.update(each["id"] for each in page.objects)
        if not part.is_done:
            part.pages = LONG
            parts += [part, *part.split(chance.randint(1, most))]
    return found


@given(st.lists(moments, max_size=80), st.randoms(use_true_random=False))
@example([7] * 60, Random(1))
@example([0] * 30 + [10**9] * 30, Random(1))
@settings(max_examples=150, deadline=None)
def test_every_object_is_read_once(seconds, chance):
    shelf = Shelf(seconds)
    assert read(shelf, chance) == Counter(each["id"] for each in shelf.objects)


def test_a_second_is_never_split():
    shelf = Shelf([5] * 40)
    assert max(read(shelf, Random(1)).values()) == 1


def test_a_list_that_minds_no_bounds_is_read_once():
    shelf = Heedless([1_700_000_000 + number for number in range(60)])
    assert set(read(shelf, Random(1)).values()) == {1}


def test_many_can_read_what_one_would():
    shelf = Shelf(range(1_700_000_000, 1_700_040_000, 40))
    part = TimeRange(shelf, start=1_700_000_000)
    part.take(part.fetch().page)
    bounds = range(1_700_000_000, part.reached, 4_975)
    given_away = [(each.start, each.end) for each in part.split(8)]
    assert given_away == list(pairwise(bounds))
    assert (part.start, part.end) == (bounds[-1], None)


@pytest.mark.parametrize("days", [0.2, 30, 400, 5_000])
def test_it_is_soon_known_how_far_back_a_list_goes(days):
    newest, step = 1_700_000_000, int(days * 86_400 / 2_000)
    shelf = Shelf(range(newest - 2_000 * step, newest, step))
    part = TimeRange(shelf)
    part.take(part.fetch().page)
    part.pages = LONG
    pieces = [part, *part.split(8)]
    sizes = [sum(each.has(one["created"]) for one in shelf.objects) for each in pieces]
    assert sum(sizes) == 2_000
    assert max(sizes) < 1_600


def test_a_short_rest_is_left_to_whoever_reads_it():
    shelf = Shelf(range(1_700_000_000, 1_700_000_020))
    part = TimeRange(shelf, start=1_700_000_000)
    part.take(part.fetch().page)
    assert part.split(8) == []
