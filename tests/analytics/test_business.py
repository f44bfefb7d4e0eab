"""The figures of a simulated business, beside what it knows of itself month by month."""

from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from stripe_django import analytics, statistics
from stripe_django.testing import Business, FakeStripe

pytestmark = pytest.mark.django_db

START, END = date(2025, 1, 1), date(2025, 7, 1)
MONTHS = [date(2025, month, 1) for month in range(1, 8)]


@pytest.fixture
def shop(monkeypatch):
    shop = Business(FakeStripe(), seed=7)
    monkeypatch.setattr(timezone, "now", lambda: shop.stripe.now)
    return shop


def live(shop):
    """Half a year, with the revenue at the end of each month."""
    closings = []
    for month in MONTHS[1:]:
        shop.live(months=1, customers=6)
        assert shop.stripe.now.date() == month
        closings.append({name: mrr for name, mrr in shop.mrr().items() if mrr})
    return closings


def deliver(shop, client):
    with shop.stripe.installed():
        call_command("stripe_sync")
        responses = shop.stripe.deliver(client, "/stripe/webhook/")
    assert {each.status_code for each in responses} == {200}
    assert statistics.refresh()


def test_mrr(shop, client):
    closings = live(shop)
    deliver(shop, client)
    rows = analytics.mrr_movements(START, END)
    found = {}
    for row in rows:
        found.setdefault(row.month, {})[row.currency] = row.closing
        moved = row.new + row.reactivation + row.expansion + row.contraction + row.churn
        assert row.opening + moved == row.closing
    assert [
        {name: mrr for name, mrr in found[month].items() if mrr} for month in MONTHS[:-1]
    ] == closings
