"""When the analyses of the overview are done, and what is stored of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from stripe_django import analytics, statistics
from stripe_django.models import (
    BalanceTransaction,
    BusinessFigures,
    Home,
    Plan,
    Subscription,
    SubscriptionItem,
)
from stripe_django.statistics.business import months_until
from tests.rows import row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OWN = {"stripe_account": "", "livemode": False, "deleted_at": None}
NAMES = ("segments", "movements", "revenue_by_day", "revenue_by_month", "cohorts")
ENTRY = {"currency": "eur", "reporting_category": "charge", "type": "charge"} | OWN
EUR = {"currency": "eur", "billing_scheme": "per_unit", "usage_type": "licensed"}
EUR |= dict.fromkeys(("amount_decimal", "tiers", "tiers_mode", "transform_usage"))
RUNS = {"status": "active", "customer_id": "cus_1", "currency": "eur", "quantity": 1, **OWN}
RUNS |= dict.fromkeys(("ended_at", "canceled_at", "trial_end", "trial_start"))
ITEM = {"subscription_id": "sub_1", "plan_id": "plan_1", "price_id": None, "quantity": 1, **OWN}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Sets the time, which is ``NOW`` at first."""
    Home.objects.create(livemode=False)

    def set_time(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_time(NOW)
    return set_time


def done_at():
    return dict(BusinessFigures.objects.values_list("name", "taken_at"))


def found(name):
    return BusinessFigures.objects.get(name=name).found


@pytest.mark.parametrize(
    ("later", "again"),
    [
        (timedelta(minutes=4), set()),
        (timedelta(minutes=5), {"segments"}),
        (timedelta(hours=1), set(NAMES) - {"cohorts"}),
        (timedelta(days=1), set(NAMES)),
    ],
)
def test_each_is_done_again_after_its_time(at, later, again):
    statistics.refresh()
    at(NOW + later)
    statistics.refresh()
    assert done_at() == {name: NOW + later if name in again else NOW for name in NAMES}


@pytest.mark.parametrize(
    ("names", "again"),
    [
        (["tax_rate"], set()),
        (["dispute"], {"segments"}),
        (["balance_transaction"], {"segments", "revenue_by_day", "revenue_by_month"}),
        (["plan"], {"movements", "cohorts"}),
        (None, set(NAMES)),
    ],
)
def test_a_sync_asks_for_those_that_its_objects_affect(at, names, again):
    statistics.refresh()
    at(NOW + timedelta(seconds=9))
    statistics.ask(names)
    statistics.refresh()
    assert done_at() == {
        name: NOW + timedelta(seconds=9) if name in again else NOW for name in NAMES
    }


@pytest.mark.parametrize(("later", "again"), [(59, False), (60, True)])
def test_what_took_long_is_not_done_again_by_each_sync(at, later, again):
    statistics.refresh()
    BusinessFigures.objects.update(seconds=3)
    at(NOW + timedelta(seconds=later))
    statistics.ask()
    statistics.refresh()
    assert (done_at()["movements"] != NOW) == again


def test_requests_of_webhooks_leave_them_to_others():
    statistics.refresh(parts=statistics.QUICK)
    assert done_at() == {}


def test_what_is_stored_is_what_the_reports_return():
    first = NOW - timedelta(days=40)
    row(Plan, "plan_1", amount=1_000, interval="year", interval_count=1, **{**OWN, **EUR})
    row(Subscription, "sub_1", **RUNS, created=first, start=first, start_date=first)
    row(SubscriptionItem, "si_1", **ITEM, created=first)
    for number, created in enumerate((NOW, NOW - timedelta(days=91), NOW - timedelta(days=400))):
        values = ENTRY | {"amount": 500, "fee": 20, "net": 480}
        row(BalanceTransaction, f"txn_{number}", created=created, **values)
    statistics.refresh()
    [opening] = [each for each in found("movements")["rows"] if each["month"] == "2026-01-01"]
    assert [opening[name] for name in ("new", "closing")] == ["83.3333", "83.3333"]
    assert Decimal(opening["opening"]) == 0
    rows = analytics.mrr_movements(date(2025, 4, 1), date(2026, 3, 11))
    assert [Decimal(each["closing"]) for each in found("movements")["rows"]] == [
        each.closing for each in rows
    ]
    assert [(each["period"], each["net"]) for each in found("revenue_by_day")] == [
        ("2026-03-10", 480)
    ]
    assert [(each["period"], each["net"]) for each in found("revenue_by_month")] == [
        *(("2025-12-01", 480), ("2026-03-01", 480))
    ]
    assert [each["month"] for each in found("cohorts")] == ["2026-01-01"] * 3


def test_months_end_with_the_current_one():
    assert months_until(date(2026, 2, 28), 4) == [
        *(date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
    ]
