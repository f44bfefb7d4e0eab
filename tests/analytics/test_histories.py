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


def shown(rows):
    return {
        (row.currency, row.key, row.month): tuple(getattr(row, name) for name in FIGURES)
        for row in rows
    }
