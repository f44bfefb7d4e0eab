"""The movements of generated histories, beside the slow and obvious ones."""

import os
from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from stripe_django import analytics, statistics, sync
from stripe_django.statistics import versions

from .histories import COUPONS, FIRST, History, prices
from .slow import Slow, decimal

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("ANALYTICS_HISTORIES", "20"))
AT_ONCE = 20
START, END = date(2025, 1, 1), date(2026, 1, 1)
MONTHS = [date(2025, month, 1) for month in range(1, 13)]
ZONES = [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Los_Angeles")]
FIGURES = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
WAYS = (None, "product", "price", "plan", "country")


def bounds(zone):
    months = [*MONTHS, END]
    return [datetime(each.year, each.month, 1, tzinfo=zone).timestamp() for each in months]


def store(histories, random):
    """In any order, as webhooks come; the prices and coupons were read before."""
    catalogue = [price for listed in prices().values() for price in listed]
    sync.apply([*catalogue, *COUPONS], as_of=datetime.fromtimestamp(FIRST, UTC))
    for history in histories:
        sync.apply(list(history.customers.values()), as_of=datetime.fromtimestamp(FIRST, UTC))
        events = history.events
        random.shuffle(events)
        assert not sync.apply(events).failures


def compute():
    assert statistics.refresh(parts=[versions.steps])


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_movements(first):
    histories = [History(seed) for seed in range(first, first + AT_ONCE)]
    store(histories, Random(first))
    compute()
    slow = Slow(histories)
    for place, by in enumerate(WAYS):
        zone = ZONES[(first // AT_ONCE + place) % len(ZONES)]
        expected = slow.movements(bounds(zone), by)
        found = analytics.mrr_movements(START, END, by=by, zone=zone)
        assert shown(found) == {
            (currency, key, month): tuple(decimal(sums[name] + 0) for name in FIGURES)
            for (currency, key), listed in expected.items()
            for month, sums in zip(MONTHS, listed, strict=True)
        }
        for row in found:
            moved = row.new + row.reactivation + row.expansion + row.contraction + row.churn
            assert row.opening + moved == row.closing


@pytest.mark.parametrize("first", range(0, HISTORIES, 2 * AT_ONCE))
def test_what_a_mirror_knows_that_began_in_the_middle(first):
    """Months before its first event are as today's rows have them, later ones are exact."""
    middle = int(datetime(2025, 6, 15, tzinfo=UTC).timestamp())
    histories = [History(seed) for seed in range(first, first + AT_ONCE)]
    store_from(middle, histories)
    compute()
    since = analytics.exact_since()
    assert datetime.fromtimestamp(middle, UTC) <= since < datetime(2025, 7, 1, tzinfo=UTC)
    expected = Slow(histories).movements(bounds(UTC), "product")
    found = analytics.mrr_movements(START, END, by="product")
    assert {row.month for row in found if row.is_exact} == set(MONTHS[6:])
    assert {
        (row.currency, row.key, row.month): (row.opening, row.closing)
        for row in found
        if row.is_exact and (row.opening or row.closing)
    } == {
        (currency, key, month): (decimal(sums["opening"] + 0), decimal(sums["closing"] + 0))
        for (currency, key), listed in expected.items()
        for month, sums in zip(MONTHS, listed, strict=True)
        if month >= MONTHS[6] and (sums["opening"] or sums["closing"])
    }
    assert_first_changes_are_taken_back(histories, middle)


def store_from(middle, histories):
    """A read of everything at one moment, and the events from then on."""
    as_of = datetime.fromtimestamp(middle, UTC)
    catalogue = [price for listed in prices().values() for price in listed]
    sync.apply([*catalogue, *COUPONS], as_of=as_of)
    for history in histories:
        sync.apply(list(history.customers.values()), as_of=as_of)
        for each in history.subscriptions:
            earlier = [event for event in each.events if event["created"] < middle]
            shown = [event["data"]["object"] for event in earlier]
            if read := [it for it in shown if it["object"] == "subscription"][-1:]:
                sync.apply([*discounts_of(read[0], shown), *read], as_of=as_of)
            sync.apply([event for event in each.events if event["created"] >= middle])


def discounts_of(subscription, shown):
    """Those that a read finds: of the customer, or named; not those that were removed before."""
    holders = [subscription, *subscription["items"]["data"]]
    named = {name for holder in holders for name in holder["discounts"]}
    discounts = [each for each in shown if each["object"] == "discount"]
    places = ("subscription", "subscription_item")
    return [it for it in discounts if it["id"] in named or not any(it[each] for each in places)]


def assert_first_changes_are_taken_back(histories, middle):
    """Enough subscriptions began before the middle and changed their revenue later."""
    changed = [
        each
        for history in histories
        for each in history.subscriptions
        if each.events[0]["created"] < middle
        and any("items" in its_previous(event, middle) for event in each.events)
    ]
    assert len(changed) >= 3


def its_previous(event, middle):
    return event["data"].get("previous_attributes", {}) if event["created"] >= middle else {}


def shown(rows):
    return {
        (row.currency, row.key, row.month): tuple(getattr(row, name) for name in FIGURES)
        for row in rows
    }
